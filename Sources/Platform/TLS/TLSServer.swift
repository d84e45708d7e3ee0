internal import CSystem

/// How a server speaks TLS: its certificate, what it offers, and which clients it takes.
///
/// Never changed: a server that is to have another certificate takes another one of these for its next connections.
///
/// `@unchecked Sendable`: GnuTLS only reads credentials and priorities once they are made.
public final class TLSServer: @unchecked Sendable {
    /// What it is made from.
    public struct Settings: Sendable, Hashable {
        /// The certificate and those that lead to its authority, in PEM.
        public var certificate: [UInt8]
        /// Its key, in PEM, without a password.
        public var key: [UInt8]
        /// Authorities of the clients' certificates, in PEM; nil for none.
        public var clientAuthorities: [UInt8]?
        public var clientAuthentication: TLSClientAuthentication
        /// A client's certificate must be made out for one of these, if there is any: DNS names, IP addresses in their
        /// short form, e-mail addresses and URIs.
        public var clientNames: [String]
        public var offer: TLSOffer

        public init(
            certificate: [UInt8], key: [UInt8], clientAuthorities: [UInt8]? = nil,
            clientAuthentication: TLSClientAuthentication = .none, clientNames: [String] = [],
            offer: TLSOffer = TLSOffer()
        ) {
            self.certificate = certificate
            self.key = key
            self.clientAuthorities = clientAuthorities
            self.clientAuthentication = clientAuthentication
            self.clientNames = clientNames
            self.offer = offer
        }
    }

    /// Why there is no such server, with GnuTLS's words.
    public enum Problem: Error, Sendable, Hashable {
        case certificate(String)
        case key(String)
        /// The key is another certificate's.
        case mismatch
        case clientAuthorities(String)
        case offer(String)
        case other(String)
    }

    public let certificate: TLSCertificate
    private let credentials: gnutls_certificate_credentials_t
    private let priorities: gnutls_priority_t
    private let clientAuthentication: TLSClientAuthentication
    private let clientNames: Set<String>

    public init(_ settings: Settings) throws(Problem) {
        guard let certificate = TLSCertificate(firstOf: settings.certificate) else {
            throw .certificate("there is no certificate in PEM that can be read")
        }
        self.certificate = certificate
        credentials = try Self.credentials(settings)
        do {
            priorities = try Self.priorities(settings.offer.priorities)
        } catch {
            gnutls_certificate_free_credentials(credentials)
            throw error
        }
        clientAuthentication = settings.clientAuthentication
        clientNames = Set(settings.clientNames)
    }

    deinit {
        gnutls_certificate_free_credentials(credentials)
        gnutls_priority_deinit(priorities)
    }

    private static func credentials(_ settings: Settings) throws(Problem) -> gnutls_certificate_credentials_t {
        try checkKey(settings.key)
        var made: gnutls_certificate_credentials_t?
        guard gnutls_certificate_allocate_credentials(&made) == 0, let made else { throw .other("memory is short") }
        let code = settings.certificate.withDatum { certificate in
            settings.key.withDatum { key in
                gnutls_certificate_set_x509_key_mem2(made, certificate, key, GNUTLS_X509_FMT_PEM, nil, 0)
            }
        }
        if code < 0 {
            gnutls_certificate_free_credentials(made)
            throw code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH ? .mismatch : .certificate(words(code))
        }
        if let authorities = settings.clientAuthorities {
            let count = authorities.withDatum { gnutls_certificate_set_x509_trust_mem(made, $0, GNUTLS_X509_FMT_PEM) }
            guard count > 0 else {
                gnutls_certificate_free_credentials(made)
                throw .clientAuthorities(count == 0 ? "there is no certificate in it" : words(count))
            }
        }
        return made
    }

    /// By itself, so that an error is the key's and not the certificate's.
    private static func checkKey(_ pem: [UInt8]) throws(Problem) {
        var key: gnutls_x509_privkey_t?
        guard gnutls_x509_privkey_init(&key) == 0, let key else { throw .other("memory is short") }
        defer { gnutls_x509_privkey_deinit(key) }
        let code = pem.withDatum { gnutls_x509_privkey_import2(key, $0, GNUTLS_X509_FMT_PEM, nil, 0) }
        guard code >= 0 else { throw .key(words(code)) }
    }

    private static func priorities(_ text: String) throws(Problem) -> gnutls_priority_t {
        var made: gnutls_priority_t?
        let code = gnutls_priority_init2(&made, text, nil, 0)
        guard code == 0, let made else { throw .offer(words(code)) }
        return made
    }

    private static func words(_ code: Int32) -> String { String(cString: gnutls_strerror(code)) }

    // MARK: A connection

    /// Has the session use what is here. `hooks` outlives it, and keeps this server alive.
    func prepare(_ session: gnutls_session_t, hooks: UnsafePointer<csystem_tls_hooks>) -> Bool {
        let request: gnutls_certificate_request_t =
            switch clientAuthentication {
            case .none: GNUTLS_CERT_IGNORE
            case .request, .verifyIfGiven: GNUTLS_CERT_REQUEST
            case .requireAny, .requireAndVerify: GNUTLS_CERT_REQUIRE
            }
        return csystem_tls_prepare(session, credentials, priorities, request, hooks) == 0
    }

    /// Whether the client is taken, by the certificate that it has sent.
    func admits(_ session: gnutls_session_t) -> Bool {
        guard clientAuthentication != .none else { return true }
        guard csystem_tls_has_client_certificate(session) == 1 else { return !clientAuthentication.isRequired }
        if clientAuthentication.isVerified, csystem_tls_verify_client(session) != 0 { return false }
        return clientNames.isEmpty || !clientNames.isDisjoint(with: TLSCertificate.names(session))
    }
}
