/// URLs of this host.
public enum LoopbackURL {
    /// The port of a URL that leads to this host's loopback; nil for all others.
    public static func port(of url: String) -> Int? {
        guard let scheme = ["http", "https"].first(where: { url.hasPrefix($0 + "://") }) else { return nil }
        let authority = url.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" }
        let host: Substring
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        guard isLoopback(host) else { return nil }
        let rest = authority.dropFirst(host.count)
        return rest.isEmpty ? (scheme == "https" ? 443 : 80) : Int(rest.dropFirst())
    }

    private static func isLoopback(_ host: Substring) -> Bool {
        if ["localhost", "0.0.0.0", "[::1]"].contains(host) { return true }
        return host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }
}
