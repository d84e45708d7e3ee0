/// Where on a server's page a signal stands, and in what form.
public struct SignalSource: Sendable, Hashable {
    /// How the numbers are to be read.
    public enum Form: Sendable, Hashable {
        /// The value now.
        case gauge
        /// The metric less the gauge `less` of the same series: of what is there the part that is not in there.
        case rest(less: String)
        /// The highest bound, but +Inf, of the histogram's buckets: servers lay them up to the largest batch.
        case highestBound
        /// Counts up; the increase from one reading to the next counts.
        case counter
        /// The metric sums up what the counter `per` counts: increase over increase is the mean of the interval.
        /// Several metrics are parts of one sum.
        case mean(per: String)
        /// A histogram or a summary: `_sum` and `_count`, `_bucket` where there are buckets, and the quantiles of a
        /// summary.
        case distribution
        /// The mean over the server's whole life, of what the counter `weight` counts.
        case lifetimeMean(weight: String)
    }

    /// Whole names of samples, for distributions of the family; what several have is added up.
    public var metrics: [String]
    public var form: Form
    /// The server's unit in base units: 1e-6 for microseconds.
    public var scale: Double
    /// Which of the series count: all of the conditions hold.
    public var conditions: [LabelCondition]

    public init(_ form: Form, _ metrics: [String], scale: Double = 1, where conditions: [LabelCondition] = []) {
        self.form = form
        self.metrics = metrics
        self.scale = scale
        self.conditions = conditions
    }

    /// Whether it stands at `api_url` and not on the page.
    var isOfAPI: Bool { metrics.contains { $0.hasPrefix("api:") } }

    /// The names of all samples that it reads.
    public var sampleNames: [String] {
        switch form {
        case .gauge, .counter: metrics
        case .rest(let other): metrics + [other]
        case .highestBound: metrics.map { $0 + "_bucket" }
        case .mean(let count): metrics + [count]
        case .lifetimeMean(let weight): metrics + [weight]
        case .distribution: metrics.flatMap { [$0 + "_sum", $0 + "_count", $0 + "_bucket", $0] }
        }
    }
}

extension SignalSource {
    /// Microseconds and milliseconds in seconds.
    public static let microseconds = 1e-6
    public static let milliseconds = 1e-3

    public static func gauge(
        _ metrics: String..., scale: Double = 1, where conditions: LabelCondition...
    ) -> SignalSource { SignalSource(.gauge, metrics, scale: scale, where: conditions) }

    public static func rest(of metric: String, less other: String) -> SignalSource {
        SignalSource(.rest(less: other), [metric])
    }

    public static func highestBound(_ metric: String) -> SignalSource { SignalSource(.highestBound, [metric]) }

    public static func counter(_ metrics: String..., where conditions: LabelCondition...) -> SignalSource {
        SignalSource(.counter, metrics, where: conditions)
    }

    public static func mean(
        of sum: String, per count: String, scale: Double = 1, where conditions: LabelCondition...
    ) -> SignalSource { SignalSource(.mean(per: count), [sum], scale: scale, where: conditions) }

    public static func distribution(
        _ metric: String, scale: Double = 1, where conditions: LabelCondition...
    ) -> SignalSource { SignalSource(.distribution, [metric], scale: scale, where: conditions) }

    public static func lifetimeMean(
        _ metric: String, weight: String, scale: Double = 1, where conditions: LabelCondition...
    ) -> SignalSource { SignalSource(.lifetimeMean(weight: weight), [metric], scale: scale, where: conditions) }
}

/// What a label's value must be, or must not be. A label that is not there has the empty value.
public struct LabelCondition: Sendable, Hashable {
    public var label: String
    public var values: Set<String>
    /// What a value may begin with, beside the whole ones: `5` for all statuses of failed servers.
    public var beginnings: Set<String>
    public var isNegated: Bool

    public static func label(_ label: String, is values: String...) -> LabelCondition {
        LabelCondition(label: label, values: Set(values), isNegated: false)
    }

    public static func label(_ label: String, isNot values: String...) -> LabelCondition {
        LabelCondition(label: label, values: Set(values), isNegated: true)
    }

    public static func label(_ label: String, begins beginnings: String...) -> LabelCondition {
        LabelCondition(label: label, values: [], beginnings: Set(beginnings), isNegated: false)
    }

    public init(label: String, values: Set<String>, beginnings: Set<String> = [], isNegated: Bool) {
        self.label = label
        self.values = values
        self.beginnings = beginnings
        self.isNegated = isNegated
    }
}
