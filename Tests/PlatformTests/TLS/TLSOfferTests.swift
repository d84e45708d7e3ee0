import TestSupport
import Testing

@testable import Platform

@Suite("What a server offers by TLS")
struct TLSOfferTests {
    @Test("the usual offer has forward secrecy, ciphers that authenticate, and no version before 1.2")
    func usual() {
        #expect(
            TLSOffer().priorities
                == "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:+ECDHE-ECDSA"
                + ":+ECDHE-RSA:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:+COMP-NULL"
                + ":+CTYPE-X509:+SIGN-ALL:%SERVER_PRECEDENCE")
    }

    @Test("versions, suites and groups are offered in the order of the list")
    func order() {
        let offer = TLSOffer(
            versions: .tls12 ... .tls12, suites: [.rsaAES256GCM, .rsaAES128GCM], groups: [.p384, .x25519],
            prefersOwnOrder: false)
        #expect(offer.problem == nil)
        #expect(
            offer.priorities
                == "NONE:+VERS-TLS1.2:+AES-256-GCM:+AES-128-GCM:+AEAD:+ECDHE-RSA:+GROUP-SECP384R1:+GROUP-X25519"
                + ":+COMP-NULL:+CTYPE-X509:+SIGN-ALL")
    }

    @Test("a list that GnuTLS would read as a longer one is refused with what it would add")
    func product() {
        let offer = TLSOffer(suites: [.rsaAES128GCM, .ecdsaAES256GCM])
        #expect(offer.problem == .alsoOffers([.ecdsaAES128GCM, .rsaAES256GCM]))
        #expect(TLSOffer(suites: [.rsaAES128GCM, .ecdsaAES256GCM, .ecdsaAES128GCM, .rsaAES256GCM]).problem == nil)
        // Only TLS up to 1.2 has suites with a key exchange.
        #expect(TLSOffer(versions: .tls13 ... .tls13, suites: [.aes256GCM]).problem == nil)
    }

    @Test("a version that no suite of the list belongs to is refused")
    func noSuite() {
        #expect(TLSOffer(suites: [.rsaAES128CBC]).problem == .noSuite(.tls13))
        #expect(TLSOffer(suites: [.aes128GCM]).problem == .noSuite(.tls12))
        #expect(TLSOffer(versions: .tls11 ... .tls12, suites: [.rsaAES128GCM]).problem == .noSuite(.tls11))
        #expect(TLSOffer(versions: .tls12 ... .tls12, suites: [.rsaAES128CBC]).problem == nil)
    }

    @Test("GnuTLS takes every offer that has no problem", arguments: TLSCipherSuite.allCases)
    func taken(_ suite: TLSCipherSuite) throws {
        let versions: ClosedRange<TLSVersion> = suite.keyExchange == nil ? .tls13 ... .tls13 : .tls12 ... .tls12
        for groups in [TLSGroup.usual, [.p521]] {
            let offer = TLSOffer(versions: versions, suites: [suite], groups: groups)
            #expect(offer.problem == nil)
            _ = try TLSServer(.init(certificate: TestCertificate.one, key: TestCertificate.oneKey, offer: offer))
        }
    }
}

@Suite("A server's certificate and key")
struct TLSServerTests {
    @Test("are taken when they belong together, and tell serial and time")
    func taken() throws {
        let server = try TLSServer(.init(certificate: TestCertificate.one, key: TestCertificate.oneKey))
        #expect(server.certificate.serial == TestCertificate.oneSerial)
        #expect(server.certificate.validUntilSeconds > server.certificate.validFromSeconds)
    }

    @Test("are refused by what is wrong with which")
    func refused() {
        #expect(throws: TLSServer.Problem.mismatch) {
            try TLSServer(.init(certificate: TestCertificate.one, key: TestCertificate.twoKey))
        }
        #expect(throws: TLSServer.Problem.certificate("there is no certificate in PEM that can be read")) {
            try TLSServer(.init(certificate: Array("nonsense".utf8), key: TestCertificate.oneKey))
        }
        #expect { try TLSServer(.init(certificate: TestCertificate.one, key: Array("nonsense".utf8))) } throws: {
            if case .key? = $0 as? TLSServer.Problem { true } else { false }
        }
        #expect {
            try TLSServer(
                .init(certificate: TestCertificate.one, key: TestCertificate.oneKey, clientAuthorities: [0x41]))
        } throws: {
            if case .clientAuthorities? = $0 as? TLSServer.Problem { true } else { false }
        }
    }
}

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "have one short form",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8::0:1", "2001:db8::1"),
            ("example.org", nil), ("1.2.3", nil), ("", nil),
        ])
    func canonical(_ text: String, _ expected: String?) { #expect(IPAddress.canonical(text) == expected) }
}
