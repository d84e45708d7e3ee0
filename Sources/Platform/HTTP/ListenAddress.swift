/// Host and port of a listen address.
struct ListenAddress: Equatable {
    /// A name or an IP address without brackets; empty for all interfaces.
    var host: String
    var port: UInt16

    /// Takes `127.0.0.1:9959`, `[::1]:9959`, `localhost:9959` and `:9959`.
    init(_ text: String) throws(HTTPServerError) {
        guard let colon = text.lastIndex(of: ":") else {
            throw .invalidAddress(text, reason: "the port is missing")
        }
        let portText = text[text.index(after: colon)...]
        guard !portText.isEmpty, portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(portText)
        else {
            throw .invalidAddress(text, reason: "\"\(portText)\" is not a port from 0 to 65535")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]"), host.count > 2 {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else {
                throw .invalidAddress(text, reason: "only an IPv6 address stands in brackets")
            }
        } else if host.contains(where: { "[]:".contains($0) }) {
            throw .invalidAddress(text, reason: "an IPv6 address stands in brackets")
        }
        if host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            throw .invalidAddress(text, reason: "the host contains a space or a control character")
        }
        self.host = String(host)
        self.port = port
    }
}
