/// What is known of a series' past: values at rising times.
struct History: Equatable, Sendable {
    /// Between two values where nothing tells, in seconds.
    static let intervalDefault = 60.0

    /// Of the series, for people and for the files about it.
    var name: String
    /// Seconds since 1970, each later than the one before.
    private(set) var times: [Double] = []
    /// As many; NaN where there is none.
    private(set) var values: [Double] = []
    private(set) var missingCount = 0

    init(name: String) { self.name = name }

    var count: Int { times.count }

    /// `time` is later than all before.
    mutating func append(_ time: Double, _ value: Double) {
        precondition(times.last.map { $0 < time } ?? true, "times must rise")
        times.append(time)
        // Infinity is what quantiles of unbounded buckets are where nobody knows more.
        values.append(value.isFinite ? value : .nan)
        if !value.isFinite { missingCount += 1 }
    }

    /// The median of the differences between times, in seconds.
    var interval: Double {
        guard count > 1 else { return Self.intervalDefault }
        let differences = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        return differences[differences.count / 2]
    }
}
