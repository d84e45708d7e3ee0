/// Who asks, as the request says.
public enum HTTPAuthorization: Sendable, Hashable {
    /// `Authorization: Bearer TOKEN`. A token with control characters or spaces is none: the fetch fails.
    case bearer(String)
    /// A user, which must not hold a colon, and a password.
    case basic(user: String, password: String)

    /// A token with a line break would write further headers.
    public var canBeSent: Bool {
        switch self {
        case .bearer(let token): !token.isEmpty && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        case .basic(let user, let password): !user.contains(":") && !(user + password).utf8.contains { $0 < 0x20 }
        }
    }
}

/// How a server of `https://` is known, and the client to it.
public struct HTTPSecurity: Sendable, Hashable {
    /// Certificates of the authorities that are trusted, in PEM; nil for those of the system.
    public var authoritiesFile: String?
    /// The client's own certificate and its key, in PEM.
    public var certificateFile: String?
    public var keyFile: String?
    /// Whether the server may be anybody.
    public var trustsAnybody: Bool
    /// Whether a certificate that is trusted may be for another host.
    public var trustsAnyHost: Bool

    public init(
        authoritiesFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
        trustsAnybody: Bool = false, trustsAnyHost: Bool = false
    ) {
        self.authoritiesFile = authoritiesFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.trustsAnybody = trustsAnybody
        self.trustsAnyHost = trustsAnyHost
    }
}
