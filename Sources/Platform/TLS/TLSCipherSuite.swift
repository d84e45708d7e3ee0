/// A cipher suite, by its name of IANA: those that Go takes to be secure (crypto/tls, CipherSuites).
public enum TLSCipherSuite: String, Sendable, Hashable, CaseIterable {
    case aes128GCM = "TLS_AES_128_GCM_SHA256"
    case aes256GCM = "TLS_AES_256_GCM_SHA384"
    case chacha20 = "TLS_CHACHA20_POLY1305_SHA256"
    case ecdsaAES128CBC = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"
    case ecdsaAES256CBC = "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
    case rsaAES128CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
    case rsaAES256CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
    case ecdsaAES128GCM = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    case ecdsaAES256GCM = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    case rsaAES128GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    case rsaAES256GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    case rsaChaCha20 = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    case ecdsaChaCha20 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"

    enum KeyExchange: String {
        case ecdsa = "ECDHE-ECDSA"
        case rsa = "ECDHE-RSA"
    }

    /// Nil for a suite of TLS 1.3, which leaves the key exchange open.
    var keyExchange: KeyExchange? {
        if rawValue.hasPrefix("TLS_ECDHE_ECDSA_") { return .ecdsa }
        return rawValue.hasPrefix("TLS_ECDHE_RSA_") ? .rsa : nil
    }

    /// As GnuTLS's priority strings have it.
    var cipher: String {
        switch self {
        case .aes128GCM, .ecdsaAES128GCM, .rsaAES128GCM: "AES-128-GCM"
        case .aes256GCM, .ecdsaAES256GCM, .rsaAES256GCM: "AES-256-GCM"
        case .chacha20, .rsaChaCha20, .ecdsaChaCha20: "CHACHA20-POLY1305"
        case .ecdsaAES128CBC, .rsaAES128CBC: "AES-128-CBC"
        case .ecdsaAES256CBC, .rsaAES256CBC: "AES-256-CBC"
        }
    }

    /// The message authentication code: `AEAD` where the cipher has its own.
    var code: String { isCBC ? "SHA1" : "AEAD" }

    /// The only kind that TLS before 1.2 has.
    var isCBC: Bool { cipher.hasSuffix("CBC") }

    /// What is offered where nothing is said: forward secrecy, and ciphers that authenticate.
    static let usual: [TLSCipherSuite] = [
        .ecdsaAES128GCM, .rsaAES128GCM, .ecdsaAES256GCM, .rsaAES256GCM, .ecdsaChaCha20, .rsaChaCha20,
    ]
    /// More for TLS before 1.2.
    static let old: [TLSCipherSuite] = [.ecdsaAES128CBC, .rsaAES128CBC, .ecdsaAES256CBC, .rsaAES256CBC]
}
