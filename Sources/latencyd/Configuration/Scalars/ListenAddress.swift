internal import Glibc

/// Where the web server listens.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address or a host name, without brackets; empty for every address of the host.
    var host: String
    /// 0 lets the kernel choose.
    var port: UInt16

    var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static let remedy = "write HOST:PORT, for example 127.0.0.1:9959, [::1]:9959 or :9959 for every address"

    /// `HOST:PORT`, `[IPV6]:PORT` or `:PORT`.
    static func parse(_ text: String) throws(ScalarProblem) -> ListenAddress {
        guard let colon = text.lastIndex(of: ":") else { throw .impossible(text, "has no port", remedy) }
        let host = try host(String(text[..<colon]), of: text)
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit), let port = UInt16(digits) else {
            throw .impossible(text, "has no port from 0 to 65535", remedy)
        }
        return ListenAddress(host: host, port: port)
    }

    private static func host(_ host: String, of text: String) throws(ScalarProblem) -> String {
        if host.isEmpty { return host }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = String(host.dropFirst().dropLast())
            guard isAddress(address, AF_INET6) else { throw .impossible(text, "has no valid IPv6 address", remedy) }
            return address
        }
        if host.utf8.contains(UInt8(ascii: "/")) {
            throw .impossible(text, "is a URL", "leave off the scheme and the path: 127.0.0.1:9959")
        }
        if host.utf8.contains(UInt8(ascii: ":")) {
            throw .impossible(text, "has an IPv6 address without brackets", "write [::1]:9959")
        }
        if host.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }), !isAddress(host, AF_INET) {
            throw .impossible(text, "has no valid IPv4 address", remedy)
        }
        let isName = host.utf8.allSatisfy { $0.isWord || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard isName, host.utf8.count <= 253 else { throw .impossible(text, "has no valid host name", remedy) }
        return host
    }

    private static func isAddress(_ text: String, _ family: Int32) -> Bool {
        // Room for the longer one, 16 bytes.
        var address = in6_addr()
        return inet_pton(family, text, &address) == 1
    }
}
