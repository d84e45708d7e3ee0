internal import AnomalyDetect

/// What was decided about one row of a series, from what came before it.
struct BacktestRow: Equatable, Sendable {
    /// Seconds since 1970.
    var time: Double
    /// NaN where the row has none: then nothing was decided.
    var value: Double
    /// NaN while nothing is expected yet, as are `lower` and `upper`.
    var expected = Double.nan
    var lower = Double.nan
    var upper = Double.nan
    /// Above 1: not normal. Always finite.
    var score = 0.0
    var level = AlertLevel.none

    var isAlarm: Bool { level >= .warning }
}
