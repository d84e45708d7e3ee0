/// The whole names of the samples that somebody wants of a page.
public struct WantedNames: Sendable, Hashable {
    /// Nil for all.
    let names: Set<String>?

    /// Whole sample names: of a histogram `foo` that is `foo_bucket`, `foo_sum` and `foo_count`.
    public init(_ names: Set<String>) { self.names = names }

    /// Every sample of the page.
    public static let all = WantedNames(known: nil)

    /// The samples of the histogram `family`.
    public static func histogram(_ family: String) -> WantedNames {
        WantedNames([family + "_bucket", family + "_sum", family + "_count"])
    }

    /// The samples of the summary `family`.
    public static func summary(_ family: String) -> WantedNames {
        WantedNames([family, family + "_sum", family + "_count"])
    }

    /// Both.
    public func union(_ other: WantedNames) -> WantedNames {
        guard let names, let others = other.names else { return .all }
        return WantedNames(names.union(others))
    }

    private init(known names: Set<String>?) { self.names = names }
}
