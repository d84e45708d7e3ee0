public import Telemetry

/// One sample as the server wrote it.
public struct ScrapedSample: Sendable, Hashable {
    /// The whole name: `foo_bucket`, `foo_total`.
    public var name: String
    /// All labels, `le` and `quantile` among them.
    public var labels: LabelSet
    /// NaN and the infinities are values.
    public var value: Double

    public init(_ name: String, _ labels: LabelSet, _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}

/// What a server says that a family is.
public enum ScrapedKind: String, Sendable, Hashable, CaseIterable {
    case counter
    case gauge
    case histogram
    case summary
    case info
    case stateset
    case gaugeHistogram = "gaugehistogram"
    /// `unknown` of OpenMetrics, `untyped` of the older formats.
    case unknown
}

/// What of a page was wanted, and what the page was like.
public struct ScrapedPage: Sendable, Equatable {
    /// By whole sample name, in the order of the page. A name without samples has no entry.
    public var samples: [String: [ScrapedSample]] = [:]
    /// By family name, for wanted families that the page gives a type.
    public var kinds: [String: ScrapedKind] = [:]
    /// All samples of the page, wanted or not.
    public var sampleCount = 0
    /// Lines that are neither sample nor comment, and wanted samples that break a rule; skipped. Lines that are not
    /// wanted are only glanced at.
    public var malformedCount = 0
    /// Wanted samples left out because the page had the same name with the same labels before.
    public var duplicateCount = 0
    /// Names and label values that were no UTF-8, and hold U+FFFD where they were not; each counts once.
    public var repairedCount = 0
    /// Whether a limit on what is kept was reached, so that wanted samples are missing.
    public var isTruncated = false

    public init() {}

    /// The samples of `name`, empty where there are none.
    public subscript(name: String) -> [ScrapedSample] { samples[name] ?? [] }
}
