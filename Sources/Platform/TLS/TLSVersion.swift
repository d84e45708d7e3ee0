/// A version of TLS, oldest first.
public enum TLSVersion: Int, Sendable, Hashable, Comparable, CaseIterable {
    case tls10, tls11, tls12, tls13

    public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }

    /// As GnuTLS's priority strings have it.
    var priority: String {
        switch self {
        case .tls10: "VERS-TLS1.0"
        case .tls11: "VERS-TLS1.1"
        case .tls12: "VERS-TLS1.2"
        case .tls13: "VERS-TLS1.3"
        }
    }
}

/// A group for the key exchange, by Go's name (crypto/tls, CurveID).
public enum TLSGroup: String, Sendable, Hashable, CaseIterable {
    case p256 = "CurveP256"
    case p384 = "CurveP384"
    case p521 = "CurveP521"
    case x25519 = "X25519"

    /// As Go orders them.
    public static let usual: [TLSGroup] = [.x25519, .p256, .p384, .p521]

    var priority: String {
        switch self {
        case .p256: "GROUP-SECP256R1"
        case .p384: "GROUP-SECP384R1"
        case .p521: "GROUP-SECP521R1"
        case .x25519: "GROUP-X25519"
        }
    }
}

/// What a server wants of a client's certificate, by Go's name (crypto/tls, ClientAuthType).
public enum TLSClientAuthentication: String, Sendable, Hashable, CaseIterable {
    /// It is not asked for.
    case none = "NoClientCert"
    /// It is asked for, and not looked at.
    case request = "RequestClientCert"
    /// There must be one, whoever signed it.
    case requireAny = "RequireAnyClientCert"
    /// If there is one, an authority of ours must have signed it.
    case verifyIfGiven = "VerifyClientCertIfGiven"
    /// There must be one that an authority of ours has signed.
    case requireAndVerify = "RequireAndVerifyClientCert"

    public var isRequired: Bool { self == .requireAny || self == .requireAndVerify }
    public var isVerified: Bool { self == .verifyIfGiven || self == .requireAndVerify }
}
