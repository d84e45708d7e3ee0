/// Addresses of HTTP servers.
enum URLScalar {
    static let bytesMax = 2_048

    /// `http://HOST[:PORT][/PATH]`, or the same with `https`.
    static func http(_ text: String) throws(ScalarProblem) -> String {
        let example = "write for example http://127.0.0.1:8002/metrics"
        guard text.utf8.count <= bytesMax else {
            throw .impossible(text, "is \(text.utf8.count) bytes long", "write at most \(bytesMax) bytes")
        }
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else {
            throw .notA("the URL of an HTTP server", text, example)
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .impossible(
                text, "holds a space, or a letter that is not ASCII", "write it encoded, as %20 for a space")
        }
        guard !text.contains("#") else { throw .impossible(text, "has a fragment", "leave out what follows the #") }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else {
            throw .notA(
                "a URL without a password in it", "\(scheme)…",
                "write basic_auth: {username: NAME, password_file: FILE} beside it")
        }
        try check(authority, of: text, example)
        return text
    }

    private static func check(_ authority: Substring, of text: String, _ example: String) throws(ScalarProblem) {
        var rest = authority
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            rest = rest[rest.index(after: end)...]
        } else {
            let host = rest.prefix { $0 != ":" }
            guard !host.isEmpty else { throw .impossible(text, "names no host", example) }
            rest = rest.dropFirst(host.count)
        }
        guard !rest.isEmpty else { return }
        guard rest.first == ":", let port = UInt16(rest.dropFirst()), port > 0 else {
            throw .impossible(text, "names no port from 1 to 65535 after the host", example)
        }
    }

    /// Whether a URL ends with its host, and so leaves the path open.
    static func hasNoPath(_ url: String) -> Bool {
        let rest = url.drop { $0 != ":" }.dropFirst(3)
        return !rest.contains("?") && (rest.firstIndex(of: "/").map { rest[$0...] == "/" } ?? true)
    }
}
