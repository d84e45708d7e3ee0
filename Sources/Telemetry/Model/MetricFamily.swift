/// The kind of a metric family in the sense of the Prometheus data model.
public enum MetricKind: String, Sendable, Hashable {
    case counter
    case gauge
    case histogram
}

/// A base unit as it stands at the end of a metric's name, for example `seconds`.
public struct MetricUnit: Hashable, Sendable {
    /// The suffix without the underscore; empty for numbers without a unit.
    public let suffix: String

    public init(_ suffix: String) { self.suffix = suffix }

    public static let none = MetricUnit("")
    public static let seconds = MetricUnit("seconds")
    public static let bytes = MetricUnit("bytes")
    public static let celsius = MetricUnit("celsius")
    public static let hertz = MetricUnit("hertz")
    public static let ratio = MetricUnit("ratio")
}

/// What a metric family is: name, help text, kind and unit.
///
/// Copies share their memory: a descriptor is made once, and goes along with every sample.
public struct MetricDescriptor: Hashable, Sendable {
    private final class Content: Sendable {
        let name: String
        let help: String
        let kind: MetricKind
        let unit: MetricUnit

        init(_ kind: MetricKind, _ name: String, _ unit: MetricUnit, _ help: String) {
            self.name = name
            self.help = help
            self.kind = kind
            self.unit = unit
        }
    }

    private let content: Content

    public init(_ kind: MetricKind, _ name: String, unit: MetricUnit = .none, help: String) {
        content = Content(kind, name, unit, help)
    }

    /// The exposed name **without** a counter's `_total`, unit included: `latencyd_pressure_seconds`.
    public var name: String { content.name }
    /// One sentence for people.
    public var help: String { content.help }
    public var kind: MetricKind { content.kind }
    /// Must be `.none` or the end of `name` (after an underscore).
    public var unit: MetricUnit { content.unit }

    /// The same for all copies of a descriptor; two that were made apart are told apart even where they are equal.
    public var identity: ObjectIdentifier { ObjectIdentifier(content) }

    public static func == (one: MetricDescriptor, other: MetricDescriptor) -> Bool {
        one.content === other.content
            || (one.name == other.name && one.kind == other.kind && one.unit == other.unit && one.help == other.help)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// The name of the family's samples in the text format: a counter's carries `_total`.
    public var sampleName: String { kind == .counter ? name + "_total" : name }
}

/// The value of one sample.
public enum SampleValue: Sendable, Equatable {
    /// A counter's or a gauge's value.
    case number(Double)
    /// A histogram's state. Indirect, so that the thousands of numbers do not carry the room for it.
    indirect case histogram(HistogramSnapshot)
}

/// One series of a family at one moment.
public struct Sample: Sendable, Equatable {
    public var labels: LabelSet
    public var value: SampleValue
    /// When a counter or histogram began to count, Unix seconds; nil when it is not known and for gauges.
    public var createdSeconds: Double?

    public init(_ labels: LabelSet, _ value: Double, createdSeconds: Double? = nil) {
        self.init(labels, .number(value), createdSeconds: createdSeconds)
    }

    public init(_ labels: LabelSet, _ value: SampleValue, createdSeconds: Double? = nil) {
        self.labels = labels
        self.value = value
        self.createdSeconds = createdSeconds
    }
}

/// A metric family with all its samples, as it is handed to an exposition format.
public struct MetricFamily: Sendable, Equatable {
    public var descriptor: MetricDescriptor
    public var samples: [Sample]

    public init(_ descriptor: MetricDescriptor, _ samples: [Sample] = []) {
        self.descriptor = descriptor
        self.samples = samples
    }
}

/// A histogram as exposed: the exponential histogram and classic buckets that counted the same observations.
public struct HistogramSnapshot: Sendable, Equatable {
    /// Sum, count and the native buckets.
    public var exponential: ExponentialHistogram
    /// Upper bounds of the classic buckets, ascending, without the last one, +Inf.
    public var classicBounds: [Double]
    /// Observations at or below each bound and above the one before it (not cumulative); one more entry than
    /// `classicBounds`, the last for +Inf.
    public var classicCounts: [UInt64]

    public init(exponential: ExponentialHistogram, classicBounds: [Double], classicCounts: [UInt64]) {
        self.exponential = exponential
        self.classicBounds = classicBounds
        self.classicCounts = classicCounts
    }
}
