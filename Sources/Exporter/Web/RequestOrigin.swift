/// Where a request that does something is from. A page of another site that somebody looks at can have their browser send
/// one, with their password; browsers say so (Fetch Metadata, W3C; the Origin header, RFC 6454).
struct RequestOrigin {
    private let request: WebRequest

    init(_ request: WebRequest) { self.request = request }

    /// Why the request is refused, one line; nil for programs that are no browsers, and for this daemon's own pages.
    var refusal: String? {
        let isBrowser = request.origin != nil || request.fetchSite != nil
        guard isBrowser else { return nil }
        if let site = request.fetchSite, !["same-origin", "none"].contains(site) {
            return "a page of another site asked for this (Sec-Fetch-Site: \(Self.printable(site)))"
        }
        let host = request.host ?? ""
        if let origin = request.origin, !["http://\(host)", "https://\(host)"].contains(origin.lowercased()) {
            return "a page of another site asked for this (Origin: \(Self.printable(origin)))"
        }
        // Somebody else's name can be made to lead to this host (DNS rebinding); an address cannot.
        guard Self.isAddress(host) else {
            return "from a browser this is done by the host's IP address or as localhost, not by a name"
        }
        return nil
    }

    /// `localhost`, an IPv4 address or one of IPv6 in brackets, with or without a port.
    private static func isAddress(_ host: String) -> Bool {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            let address = host[host.index(after: host.startIndex)..<end]
            return address.contains(":") && address.utf8.allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: ":") }
        }
        let name = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
        if name.lowercased() == "localhost" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// A header's value as it may stand in a response.
    private static func printable(_ value: String) -> String {
        String(value.unicodeScalars.prefix(200).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" })
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
