/// Versions, cipher suites and groups that a server offers.
public struct TLSOffer: Sendable, Hashable {
    public var versions: ClosedRange<TLSVersion>
    /// In the order of preference; empty for the usual ones. Their ciphers hold for TLS 1.3 as well.
    public var suites: [TLSCipherSuite]
    /// In the order of preference, not empty.
    public var groups: [TLSGroup]
    /// Whether the server's order counts, not the client's.
    public var prefersOwnOrder: Bool

    public init(
        versions: ClosedRange<TLSVersion> = .tls12 ... .tls13, suites: [TLSCipherSuite] = [],
        groups: [TLSGroup] = TLSGroup.usual, prefersOwnOrder: Bool = true
    ) {
        self.versions = versions
        self.suites = suites
        self.groups = groups
        self.prefersOwnOrder = prefersOwnOrder
    }

    /// Why it cannot be offered as it is.
    public enum Problem: Error, Hashable {
        /// GnuTLS chooses key exchange and cipher apart: these would be offered as well.
        case alsoOffers([TLSCipherSuite])
        /// None of the suites is one of the version.
        case noSuite(TLSVersion)
    }

    /// The suites of TLS up to 1.2 that GnuTLS would take, given those in `suites`.
    private var effectiveSuites: [TLSCipherSuite] {
        let exchanges = Set(suites.compactMap(\.keyExchange))
        let ciphers = Set(suites.map(\.cipher))
        return TLSCipherSuite.allCases.filter { suite in
            suite.keyExchange.map(exchanges.contains) == true && ciphers.contains(suite.cipher)
        }
    }

    /// Nil where the list means to GnuTLS what it says.
    public var problem: Problem? {
        guard !suites.isEmpty else { return nil }
        if versions.lowerBound < .tls13 {
            let more = effectiveSuites.filter { !suites.contains($0) }
            if !more.isEmpty { return .alsoOffers(more) }
        }
        return TLSVersion.allCases.first { versions.contains($0) && !hasSuite($0) }.map { .noSuite($0) }
    }

    private func hasSuite(_ version: TLSVersion) -> Bool {
        switch version {
        case .tls13: suites.contains { !$0.isCBC }
        case .tls12: suites.contains { $0.keyExchange != nil }
        case .tls10, .tls11: suites.contains { $0.isCBC }
        }
    }

    /// GnuTLS's priority string.
    var priorities: String {
        var list = suites
        if list.isEmpty { list = TLSCipherSuite.usual + (versions.lowerBound < .tls12 ? TLSCipherSuite.old : []) }
        var words = TLSVersion.allCases.reversed().filter(versions.contains).map(\.priority)
        words += list.map(\.cipher) + list.map(\.code) + list.compactMap(\.keyExchange?.rawValue)
        words += groups.map(\.priority) + ["COMP-NULL", "CTYPE-X509", "SIGN-ALL"]
        // TLS 1.0 and 1.1 sign with it, whatever is asked for.
        if versions.lowerBound < .tls12 { words += ["SIGN-RSA-SHA1", "SIGN-ECDSA-SHA1"] }
        var seen: Set<String> = []
        let unique = words.filter { seen.insert($0).inserted }
        return "NONE:" + unique.map { "+" + $0 }.joined(separator: ":")
            + (prefersOwnOrder ? ":%SERVER_PRECEDENCE" : "")
    }
}
