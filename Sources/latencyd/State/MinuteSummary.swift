internal import Telemetry

/// What a series did in one minute; not a number stands for what is not known.
struct MinuteSummary: Sendable, Equatable {
    /// Observations.
    var count: Float
    var mean: Float
    var p50: Float
    var p95: Float
    var p99: Float
    var standardDeviation: Float

    /// How many numbers there are.
    static let fieldCount = 6

    /// The numbers in the order in which they are stored.
    subscript(field: Int) -> Float {
        get {
            switch field {
            case 0: count
            case 1: mean
            case 2: p50
            case 3: p95
            case 4: p99
            default: standardDeviation
            }
        }
        set {
            switch field {
            case 0: count = newValue
            case 1: mean = newValue
            case 2: p50 = newValue
            case 3: p95 = newValue
            case 4: p99 = newValue
            default: standardDeviation = newValue
            }
        }
    }

    /// The bits of a number; all that are none are the same one.
    func bits(_ field: Int) -> UInt32 {
        let value = self[field]
        return value.isNaN ? Float.nan.bitPattern : value.bitPattern
    }

    init(
        count: Float = .nan, mean: Float = .nan, p50: Float = .nan, p95: Float = .nan, p99: Float = .nan,
        standardDeviation: Float = .nan
    ) {
        self.count = count
        self.mean = mean
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.standardDeviation = standardDeviation
    }

    /// Of a timing, over the minute that ends now.
    init(_ summary: WindowSummary) {
        func number(_ value: Double?) -> Float { value.map { Float($0) } ?? .nan }
        self.init(
            count: summary.count.map { Float($0) } ?? .nan, mean: number(summary.mean), p50: number(summary.p50),
            p95: number(summary.p95), p99: number(summary.p99),
            standardDeviation: number(summary.standardDeviation))
    }

    /// Whether the same is known of both, to the bit.
    static func == (one: MinuteSummary, other: MinuteSummary) -> Bool {
        (0..<fieldCount).allSatisfy { one.bits($0) == other.bits($0) }
    }
}
