/// Decides whether a complete request head is served. libmicrohttpd is lenient where two readers of the same bytes
/// could disagree about where a request ends; this is not.
struct RequestCheck {
    /// A request that is not served.
    struct Refusal: Equatable {
        var reason: HTTPRefusal
        var status: Int
        /// What is wrong and what would be right, one line for the client.
        var text: String
        var headers: [HTTPField] = []

        init(_ reason: HTTPRefusal, _ status: Int, _ text: String, headers: [HTTPField] = []) {
            self.reason = reason
            self.status = status
            self.text = text
            self.headers = headers
        }
    }

    static let served = ["GET", "HEAD", "POST"]
    /// Methods that exist (RFC 9110, RFC 5789) and that no route takes.
    private static let known = ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"]

    let limits: HTTPServerLimits

    /// Nil when the request is served. `hasZero`: something stands behind a zero byte.
    func refusal(
        method: String, version: String, target: RequestTarget?, headers: [HTTPField], headBytes: Int,
        hasZero: Bool = false
    ) -> Refusal? {
        if headBytes > limits.requestHeadBytesMax {
            return Refusal(
                .headTooLong, 431,
                "the request head has \(headBytes) bytes; at most \(limits.requestHeadBytesMax) are read")
        }
        return Self.malformed(version: version, headers: headers) ?? Self.body(headers) ?? zero(hasZero)
            ?? Self.method(method)
            ?? (target == nil ? Refusal(.malformed, 400, "the request target must begin with /") : nil)
    }

    private func zero(_ hasZero: Bool) -> Refusal? {
        hasZero ? Refusal(.malformed, 400, "the request head contains a zero byte") : nil
    }

    private static func malformed(version: String, headers: [HTTPField]) -> Refusal? {
        if headers.contains(where: { !isToken($0.name) }) {
            return Refusal(.malformed, 400, "a header name is empty or contains a space or another invalid character")
        }
        // RFC 9110, section 5.5: a bare carriage return, for one, may be a line end to others.
        if headers.contains(where: { $0.value.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F } }) {
            return Refusal(.malformed, 400, "a header value contains a control character")
        }
        let hosts = headers.count { $0.isNamed("Host") }
        // RFC 9112, section 3.2.
        if hosts > 1 || (hosts == 0 && version == "HTTP/1.1") {
            return Refusal(.malformed, 400, "a request has one Host header")
        }
        return nil
    }

    private static func body(_ headers: [HTTPField]) -> Refusal? {
        if headers.contains(where: { $0.begins("Transfer-Encoding") }) {
            return Refusal(.body, 400, "Transfer-Encoding is not accepted: requests have no body here")
        }
        let lengths = headers.filter { $0.begins("Content-Length") }
        if lengths.contains(where: { !$0.isNamed("Content-Length") }) {
            return Refusal(.body, 400, "Content-Length must stand on one line")
        }
        if lengths.count > 1 {
            return Refusal(.body, 400, "more than one Content-Length header")
        }
        if let length = lengths.first, length.value != "0" {
            return Refusal(.body, 413, "requests have no body here: Content-Length must be 0 or absent")
        }
        return nil
    }

    private static func method(_ method: String) -> Refusal? {
        if served.contains(method) { return nil }
        let allow = [HTTPField("Allow", served.joined(separator: ", "))]
        if known.contains(method) {
            return Refusal(.method, 405, "\(method) is not allowed here", headers: allow)
        }
        return Refusal(.method, 501, "the method is not known here", headers: allow)
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

extension HTTPField {
    /// True when the name begins with `name`: libmicrohttpd 0.9.75 appends a folded line to the header's name instead
    /// of its value, so that `Content-Length:` and ` 39` on the next line become `Content-Length39`.
    fileprivate func begins(_ name: String) -> Bool {
        HTTPField(String(decoding: self.name.utf8.prefix(name.utf8.count), as: UTF8.self), "").isNamed(name)
    }
}
