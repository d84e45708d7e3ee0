import Platform
import TestSupport
import Testing

@testable import latencyd

private let hash = "$2y$04$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u"

private func decode(_ text: String) throws(ConfigurationProblems) -> (WebAccessConfiguration, [ConfigurationProblem]) {
    try WebAccessFile.decode(Array(text.utf8), path: "/etc/latencyd/web.yml")
}

@Suite("A web configuration")
struct WebAccessFileTests {
    @Test("is read as Prometheus' programs read it")
    func whole() throws {
        let (access, warnings) = try decode(
            """
            tls_server_config:
              cert_file: server.crt
              key_file: /keys/server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: ca.crt
              client_allowed_sans: [prometheus, "0:0:0:0:0:0:0:1"]
              min_version: TLS12
              max_version: TLS12
              cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
              prefer_server_cipher_suites: false
              curve_preferences: [CurveP256]
            http_server_config:
              http2: false
              headers:
                Strict-Transport-Security: max-age=31536000
                X-Frame-Options: sameorigin
                X-XSS-Protection: ""
            basic_auth_users:
              alice: \(hash)
            """)
        #expect(warnings.isEmpty)
        let tls = try #require(access.tls)
        #expect(tls.certificate.file == "/etc/latencyd/server.crt")
        #expect(tls.key.file == "/keys/server.key")
        #expect(tls.clientAuthorities?.file == "/etc/latencyd/ca.crt")
        #expect(tls.clientAuthentication == .requireAndVerify)
        #expect(tls.clientNames == ["prometheus", "::1"])
        #expect(
            tls.offer
                == TLSOffer(
                    versions: .tls12 ... .tls12, suites: [.rsaAES128GCM, .ecdsaAES128GCM], groups: [.p256],
                    prefersOwnOrder: false))
        #expect(
            access.headers == [
                HTTPField("Strict-Transport-Security", "max-age=31536000"), HTTPField("X-Frame-Options", "sameorigin"),
            ])
        #expect(access.users == ["alice": try BcryptHash(hash)])
    }

    @Test("may be empty, and names files from its own folder or the working one")
    func paths() throws {
        #expect(try decode("").0 == WebAccessConfiguration())
        let text = "tls_server_config: {cert_file: a, key_file: b}"
        let (here, _) = try WebAccessFile.decode(Array(text.utf8), path: "web.yml")
        #expect(here.tls?.certificate.file == "a")
        let (below, _) = try WebAccessFile.decode(Array(text.utf8), path: "conf/web.yml")
        #expect(below.tls?.certificate.file == "conf/a")
    }

    @Test("says that HTTP/2 is not spoken")
    func http2() throws {
        let warnings = try decode("http_server_config: {http2: true}").1
        #expect(warnings.map(\.what) == ["HTTP/1.1 is all that is spoken here"])
    }

    @Test(
        "is refused with place, key and remedy",
        arguments: [
            ("tls_server_conf: {}", "1:1: tls_server_conf: unknown key; did you mean 'tls_server_config'?"),
            (
                "rate_limit: {burst: 3}",
                "1:1: rate_limit: requests are not limited by their rate here; leave it out; docs/limits.md says what holds clients back"
            ),
            (
                "tls_server_config: {cert_file: a}",
                "1:20: tls_server_config.key_file: the key is missing; write the path of a file in PEM"
            ),
            (
                "tls_server_config: {cert_file: a, cert: b, key_file: c}",
                "1:35: tls_server_config.cert: the same is named by a file already; keep one of the two"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, client_auth_type: Require}",
                "1:66: tls_server_config.client_auth_type: 'Require' is not known here; write one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}",
                "1:20: tls_server_config.client_ca_file: the key is missing; name the authorities that RequireAndVerifyClientCert trusts"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}",
                "1:48: tls_server_config.client_ca_file: it has no effect with client_auth_type NoClientCert; write client_auth_type: RequireAndVerifyClientCert, or leave it out"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, client_auth_type: VerifyClientCertIfGiven, client_ca_file: c, client_allowed_sans: [d]}",
                "1:110: tls_server_config.client_allowed_sans: clients without a certificate get past it; write client_auth_type: RequireAndVerifyClientCert"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12}",
                "1:81: tls_server_config.max_version: min_version is above max_version; leave one of the two out, or exchange them"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, curve_preferences: [X25519MLKEM768]}",
                "1:68: tls_server_config.curve_preferences[0]: 'X25519MLKEM768' cannot be offered: GnuTLS, which speaks TLS here, has no X25519MLKEM768; write some of CurveP256, CurveP384, CurveP521, X25519"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]}",
                "1:63: tls_server_config.cipher_suites: none of these is a suite of TLS 1.3; add one with GCM or CHACHA20, or lower max_version"
            ),
            (
                "tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]}",
                "1:63: tls_server_config.cipher_suites: GnuTLS, which speaks TLS here, chooses key exchange and cipher apart, and would offer TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 as well; add what is missing, or leave out one key exchange or cipher everywhere"
            ),
            (
                "http_server_config: {headers: {X-Frame-Options: allow}}",
                "1:49: http_server_config.headers.X-Frame-Options: 'allow' is no value of this header; write deny or sameorigin"
            ),
            (
                "http_server_config: {headers: {Server: a}}",
                "1:32: http_server_config.headers.Server: unknown key; the keys here are Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security"
            ),
            (
                "basic_auth_users: {alice: hunter2}",
                "1:27: basic_auth_users.alice: the value is no bcrypt hash; write what 'htpasswd -nBC 10 \"\" | tr -d \":\\n\"' prints, 60 characters from $2y$ on"
            ),
            (
                "basic_auth_users: {alice: \(hash.replacing("$04$", with: "$20$"))}",
                "1:27: basic_auth_users.alice: the hash has a cost of 20; make one with a cost from 4 to 15; 10 is usual"
            ),
            (
                "basic_auth_users: {\"a:b\": \(hash)}",
                "1:20: basic_auth_users.'a:b': no user can be called that; a name is not empty and has neither a colon nor a control character"
            ),
        ])
    func refused(text: String, line: String) {
        do {
            _ = try decode(text)
            Issue.record("it was taken")
        } catch {
            #expect(error.lines == ["/etc/latencyd/web.yml:" + line])
            // What may be a password is never repeated.
            #expect(!error.description.contains("hunter2"))
        }
    }
}

@Suite("The files of a web configuration")
struct WebAccessLoadTests {
    private let folder = TemporaryFolder()
    private let events = Locked<[WebAccess.Event]>([])
    private let now = Locked(100.0)

    private func write(certificate: [UInt8] = TestCertificate.one, key: [UInt8] = TestCertificate.oneKey) {
        folder.write(certificate, to: "server.crt")
        folder.write(key, to: "server.key")
    }

    private func access(_ text: String) throws -> WebAccess {
        let file = folder.write(Array(text.utf8), to: "web.yml")
        return try WebAccess(file, nowSeconds: { [now] in now.withLock { $0 } }) { [events] event in
            events.withLock { $0.append(event) }
        }
    }

    private static let tls = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"

    @Test("may be inside it")
    func inline() throws {
        func block(_ bytes: [UInt8]) -> String {
            String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { "    " + $0 + "\n" }.joined()
        }
        let access = try access(
            "tls_server_config:\n  cert: |\n\(block(TestCertificate.one))  key: |\n\(block(TestCertificate.oneKey))")
        #expect(access.tls?.certificate.serial == TestCertificate.oneSerial)
    }

    @Test("are refused by name", arguments: [true, false])
    func refused(isMissing: Bool) throws {
        if !isMissing { write(key: TestCertificate.twoKey) }
        do {
            _ = try access(Self.tls)
            Issue.record("it was taken")
        } catch let error as ConfigurationProblems {
            let path = folder.path
            #expect(
                error.lines == [
                    isMissing
                        ? "\(path)/web.yml:1:32: tls_server_config.cert_file: \(path)/server.crt cannot be read: No such file or directory; name a file in PEM that latencyd's user may read"
                        : "\(path)/web.yml:1:54: tls_server_config.key_file: \(path)/server.key is not the key of the certificate in \(path)/server.crt; name the key that the certificate was made with"
                ])
        }
    }

    @Test("are read again when they have changed, at most once a second, and stay what they were while they are broken")
    func changes() throws {
        write()
        let access = try access(Self.tls)
        // The first look makes sure that nothing has changed since the start.
        #expect(access.tls?.certificate.serial == TestCertificate.oneSerial)
        folder.write(TestCertificate.two, to: "server.crt")
        #expect(access.tls?.certificate.serial == TestCertificate.oneSerial)
        #expect(access.counters == WebAccess.Counters())
        for _ in 0..<5 {
            now.withLock { $0 += 1 }
            #expect(access.tls?.certificate.serial == TestCertificate.oneSerial)
        }
        // Told and counted once, however often it was looked at.
        #expect(access.counters == WebAccess.Counters(failures: 1, isCurrent: false))
        let refusals = events.withLock { $0 }
        #expect(refusals.count == 1)
        guard case .refused(let text)? = refusals.first else { throw CancellationError() }
        #expect(text.contains("is not the key of the certificate"))
        #expect(throws: ConfigurationProblems.self) { try access.reload() }
        folder.write(TestCertificate.twoKey, to: "server.key")
        now.withLock { $0 += 1 }
        #expect(access.tls?.certificate.serial != TestCertificate.oneSerial)
        #expect(access.counters.isCurrent)
        let path = folder.path
        #expect(events.withLock { $0.last } == .taken("\(path)/web.yml: read again, certificate 77"))
    }

    @Test("give new users their passwords, and keep TLS until a restart")
    func users() throws {
        write()
        let access = try access(Self.tls)
        #expect(access.configuration.users.isEmpty)
        folder.write(Array("basic_auth_users: {alice: \(hash)}\n".utf8), to: "web.yml")
        now.withLock { $0 += 1 }
        #expect(access.configuration.users.keys.sorted() == ["alice"])
        #expect(access.hasTLS && access.tls != nil)
        #expect(
            events.withLock {
                $0.contains { if case .warning(let text) = $0 { text.contains("next start only") } else { false } }
            })
    }
}

@Suite("What others can do with the web server")
struct WebExposureTests {
    private static func access(_ text: String) throws -> WebAccessConfiguration { try decode(text).0 }

    @Test("is said where they reach it and nothing is asked of them")
    func warning() throws {
        let tls = "tls_server_config: {cert_file: a, key_file: b}\n"
        let users = "basic_auth_users: {alice: \(hash)}\n"
        for host in ["", "0.0.0.0", "10.0.0.1", "gpu-7", "::"] {
            let address = ListenAddress(host: host, port: 9959)
            for access in [nil, try Self.access(""), try Self.access(tls)] {
                #expect(WebExposure.warning(address, access)?.contains("no password and no client certificate") == true)
            }
            #expect(WebExposure.warning(address, try Self.access(users))?.contains("clear text") == true)
            #expect(WebExposure.warning(address, try Self.access(tls + users)) == nil)
        }
        for host in ["127.0.0.1", "127.1.2.3", "::1", "localhost"] {
            #expect(WebExposure.warning(ListenAddress(host: host, port: 1), nil) == nil)
        }
    }
}
