internal import CSystem
internal import Glibc

/// What a certificate says of itself.
public struct TLSCertificate: Sendable, Hashable {
    /// Seconds since 1970.
    public var validFromSeconds: Int64
    public var validUntilSeconds: Int64
    /// In hexadecimal digits, as `openssl x509 -serial` shows it.
    public var serial: String

    /// The first certificate of a PEM text; nil where there is none that can be read.
    init?(firstOf pem: [UInt8]) {
        guard
            let found = Self.withFirst(
                of: pem,
                { certificate in
                    TLSCertificate(
                        validFromSeconds: Int64(gnutls_x509_crt_get_activation_time(certificate)),
                        validUntilSeconds: Int64(gnutls_x509_crt_get_expiration_time(certificate)),
                        serial: Self.serial(certificate))
                })
        else { return nil }
        self = found
    }

    private init(validFromSeconds: Int64, validUntilSeconds: Int64, serial: String) {
        self.validFromSeconds = validFromSeconds
        self.validUntilSeconds = validUntilSeconds
        self.serial = serial
    }

    private static func withFirst<Result>(of pem: [UInt8], _ body: (gnutls_x509_crt_t) -> Result) -> Result? {
        var certificate: gnutls_x509_crt_t?
        guard gnutls_x509_crt_init(&certificate) == 0, let certificate else { return nil }
        defer { gnutls_x509_crt_deinit(certificate) }
        guard pem.withDatum({ gnutls_x509_crt_import(certificate, $0, GNUTLS_X509_FMT_PEM) }) == 0 else { return nil }
        return body(certificate)
    }

    private static func serial(_ certificate: gnutls_x509_crt_t) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        var count = bytes.count
        guard gnutls_x509_crt_get_serial(certificate, &bytes, &count) == 0 else { return "" }
        let digits = Array("0123456789ABCDEF")
        return String(bytes.prefix(count).drop { $0 == 0 }.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The names of the client's certificate for which it was made out: DNS names, addresses of e-mail, URIs and IP
    /// addresses; empty where there are none.
    static func names(_ session: gnutls_session_t) -> [String] {
        var count: UInt32 = 0
        guard let chain = gnutls_certificate_get_peers(session, &count), count > 0 else { return [] }
        var certificate: gnutls_x509_crt_t?
        guard gnutls_x509_crt_init(&certificate) == 0, let certificate else { return [] }
        defer { gnutls_x509_crt_deinit(certificate) }
        guard gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER) == 0 else { return [] }
        var names: [String] = []
        // A name is shorter than a certificate, and a handshake than 64 KiB.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for index: UInt32 in 0..<1_024 {
            var bytes = buffer.count
            let kind = gnutls_x509_crt_get_subject_alt_name(certificate, index, &buffer, &bytes, nil)
            if kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE { break }
            guard kind >= 0 else { continue }
            if let name = name(kind, Array(buffer.prefix(bytes))) { names.append(name) }
        }
        return names
    }

    private static func name(_ kind: Int32, _ bytes: [UInt8]) -> String? {
        switch UInt32(kind) {
        case GNUTLS_SAN_DNSNAME.rawValue, GNUTLS_SAN_RFC822NAME.rawValue, GNUTLS_SAN_URI.rawValue:
            String(decoding: bytes, as: UTF8.self)
        case GNUTLS_SAN_IPADDRESS.rawValue: IPAddress.text(bytes)
        default: nil
        }
    }
}

extension [UInt8] {
    /// As GnuTLS takes bytes; it does not change them.
    func withDatum<Result>(_ body: (UnsafePointer<gnutls_datum_t>) -> Result) -> Result {
        withUnsafeBufferPointer { bytes in
            var datum = gnutls_datum_t(
                data: UnsafeMutablePointer(mutating: bytes.baseAddress), size: UInt32(clamping: bytes.count))
            return body(&datum)
        }
    }
}

/// IP addresses as bytes and as text.
public enum IPAddress {
    /// Of 4 or 16 bytes, in the usual short form; nil for other lengths.
    static func text(_ bytes: [UInt8]) -> String? {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The short form of an address that may be written in another one; nil for what is no address.
    public static func canonical(_ text: String) -> String? {
        var address = in6_addr()
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] where inet_pton(family, text, &address) == 1 {
            return Self.text(withUnsafeBytes(of: &address) { Array($0.prefix(count)) })
        }
        return nil
    }
}
