internal import AnomalyDetect

/// The daemon's detector, taken through a series row by row.
struct BacktestDetector {
    /// Values of files say nothing about how many observations are behind them: enough to be believed.
    private static let observationCount = 1_000.0

    private var baseline: Baseline
    private var offsets: OffsetMemory

    init(_ settings: BaselineSettings, interval: Double, offset: @escaping @Sendable (Int64) -> Int32) {
        var settings = settings
        settings.interval = interval
        baseline = Baseline(settings)
        offsets = OffsetMemory(offset)
    }

    /// The name of the state reached.
    var state: String { baseline.state.rawValue }

    /// Decides a row from those before it, and learns from it. A row without a value only passes time.
    mutating func decide(_ time: Double, _ value: Double) -> BacktestRow {
        guard value.isFinite else { return BacktestRow(time: time, value: .nan) }
        let unix = Int64(time.rounded(.down))
        let instant = LocalInstant(unix: unix, offset: offsets.offset(at: unix))
        let assessment = baseline.assess(value, count: Self.observationCount, at: instant)
        baseline.learn(value, count: Self.observationCount, at: instant)
        return BacktestRow(
            time: time, value: value, expected: assessment.expected, lower: assessment.lower, upper: assessment.upper,
            score: assessment.score.isFinite ? assessment.score : 0, level: assessment.level)
    }
}
