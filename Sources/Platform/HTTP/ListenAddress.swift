internal import Glibc

/// Host and port of a listen address.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address or a host name, without brackets; empty for every address of the host.
    public var host: String
    /// 0 lets the kernel choose.
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Takes `HOST:PORT`, `[IPV6]:PORT` and `:PORT`.
    public init(_ text: String) throws(ListenAddressError) {
        guard let colon = text.lastIndex(of: ":") else { throw ListenAddressError("has no port") }
        let host = try Self.host(String(text[..<colon]))
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(Self.isDigit), let port = UInt16(digits) else {
            throw ListenAddressError("has no port from 0 to 65535")
        }
        self.init(host: host, port: port)
    }

    private static func host(_ host: String) throws(ListenAddressError) -> String {
        if host.isEmpty { return host }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = String(host.dropFirst().dropLast())
            // A link-local address names its interface: fe80::1%eth0.
            let parts = address.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard isAddress(parts[0], AF_INET6), parts.count == 1 || isName(parts[1]) else {
                throw ListenAddressError("has no valid IPv6 address")
            }
            return address
        }
        if host.contains("/") {
            throw ListenAddressError("is a URL", remedy: "leave off the scheme and the path: 127.0.0.1:9959")
        }
        if host.contains(":") {
            throw ListenAddressError("has an IPv6 address without brackets", remedy: "write [::1]:9959")
        }
        if host.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }), !isAddress(host, AF_INET) {
            throw ListenAddressError("has no valid IPv4 address")
        }
        guard isName(host), host.utf8.count <= 253 else { throw ListenAddressError("has no valid host name") }
        return host
    }

    private static func isAddress(_ text: String, _ family: Int32) -> Bool {
        // Room for the longer one, 16 bytes.
        var address = in6_addr()
        return inet_pton(family, text, &address) == 1
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
                default: isDigit(byte)
                }
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// Why a text is no listen address.
public struct ListenAddressError: Error, Hashable {
    /// What is wrong, to be read after the text: `has no port`.
    public let reason: String
    /// What would be right.
    public let remedy: String

    init(
        _ reason: String,
        remedy: String = "write HOST:PORT, for example 127.0.0.1:9959, [::1]:9959 or :9959 for every address"
    ) {
        self.reason = reason
        self.remedy = remedy
    }
}
