/// Two certificates, signed by themselves, and their keys, for tests that make no connection. Valid until 2126.
public enum TestCertificate {
    public static let oneSerial = "1234ABCD"
    public static let one = Array(oneText.utf8)
    public static let oneKey = Array(oneKeyText.utf8)
    public static let two = Array(twoText.utf8)
    public static let twoKey = Array(twoKeyText.utf8)

    private static let oneText = """
        -----BEGIN CERTIFICATE-----
        MIIBeDCCAR+gAwIBAgIEEjSrzTAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANvbmUw
        IBcNMjYxMTI0MDAzMzU2WhgPMjEyNjEwMzEwMDMzNTZaMA4xDDAKBgNVBAMMA29u
        ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABA1+NAi87MkoDMAKw9gbBUUD4p7w
        CWTW5VkswvdWygXamR2TIpWhc9deknlUHUbObZLgT7evPkQfhBaGSekCn+ejaTBn
        MB0GA1UdDgQWBBS9cM8qH39GKr8v8MiyHMuM06kMvDAfBgNVHSMEGDAWgBS9cM8q
        H39GKr8v8MiyHMuM06kMvDAPBgNVHRMBAf8EBTADAQH/MBQGA1UdEQQNMAuCCWxv
        Y2FsaG9zdDAKBggqhkjOPQQDAgNHADBEAiAyizDdXWNq/aEvQt7V4ggn9HFUxul0
        7Gk/OGXcvdgv2gIgOSmLVJ7Ikr92q7wk5+oZwme/4IjdFoU1m74/+3PPDJw=
        -----END CERTIFICATE-----
        """
    private static let oneKeyText = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+od+FI0edfpBVNyK
        v2fuLFdxuWbsoXJRIMZa00C+pjmhRANCAAQNfjQIvOzJKAzACsPYGwVFA+Ke8Alk
        1uVZLML3VsoF2pkdkyKVoXPXXpJ5VB1Gzm2S4E+3rz5EH4QWhknpAp/n
        -----END PRIVATE KEY-----
        """
    private static let twoText = """
        -----BEGIN CERTIFICATE-----
        MIIBYDCCAQagAwIBAgIBdzAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDAN0d28wIBcN
        MjYxMTI0MDAzMzU2WhgPMjEyNjEwMzEwMDMzNTZaMA4xDDAKBgNVBAMMA3R3bzBZ
        MBMGByqGSM49AgEGCCqGSM49AwEHA0IABEKNvn90T+pGiEVv6ITswePXsOilQYAf
        POHt5ZzlhKRKlVdsFplcey67LslITEbi6dV01neBhvtRBaUdIz6rbG6jUzBRMB0G
        A1UdDgQWBBQXektuocRR5O11+iL6+Xl/BPvHqDAfBgNVHSMEGDAWgBQXektuocRR
        5O11+iL6+Xl/BPvHqDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUC
        IC3VhnU/xeR6E9aWBKNq7k078EzR49dMrpUpCMJBBI2rAiEA4KYl7jdnhUM/GRhu
        Dcp53W5XIj6RklzUCL7NqwZWwUU=
        -----END CERTIFICATE-----
        """
    private static let twoKeyText = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOwu6AdgKSOXIVPPE
        0ZhXCvi4d8/NigZ3f6vxVv6lZjKhRANCAARCjb5/dE/qRohFb+iE7MHj17DopUGA
        Hzzh7eWc5YSkSpVXbBaZXHsuuy7JSExG4unVdNZ3gYb7UQWlHSM+q2xu
        -----END PRIVATE KEY-----
        """
}
