internal import AnomalyDetect
internal import Collectors

/// Baselines that are made from history.
struct LearnedHistory {
    /// What was learned about one series.
    struct Series {
        let key: TimingStatistic
        fileprivate(set) var baseline: Baseline
        fileprivate(set) var pointCount = 0
        /// Seconds since 1970.
        fileprivate(set) var firstTime: Int64 = 0
        fileprivate(set) var lastTime: Int64 = 0

        var days: Double { pointCount == 0 ? 0 : Double(lastTime - firstTime + 60) / 86_400 }
    }

    /// Nothing says how many observations are behind a value of the past: enough to be believed.
    static let observationCount = 1_000.0

    private(set) var series: [Series] = []
    private var places: [TimingStatistic: Int] = [:]
    private var offsets: OffsetMemory
    private let settings: (TimingStatistic) -> BaselineSettings

    /// - Parameters:
    ///   - offset: of local time from UTC at a moment, in seconds.
    ///   - settings: with which the daemon judges a series.
    init(offset: @escaping @Sendable (Int64) -> Int32, settings: @escaping (TimingStatistic) -> BaselineSettings) {
        offsets = OffsetMemory(offset)
        self.settings = settings
    }

    mutating func learn(_ piece: LearnPiece) {
        guard !piece.times.isEmpty else { return }
        let place = place(of: piece.key)
        if series[place].pointCount == 0 { series[place].firstTime = piece.times[0] }
        for (time, value) in zip(piece.times, piece.values) {
            let instant = LocalInstant(unix: time, offset: offsets.offset(at: time))
            // What the daemon does each minute: the present is judged, then learned from.
            _ = series[place].baseline.assess(value, count: Self.observationCount, at: instant)
            series[place].baseline.learn(value, count: Self.observationCount, at: instant)
        }
        series[place].pointCount += piece.times.count
        series[place].lastTime = piece.times[piece.times.count - 1]
    }

    private mutating func place(of key: TimingStatistic) -> Int {
        if let place = places[key] { return place }
        places[key] = series.count
        series.append(Series(key: key, baseline: Baseline(settings(key))))
        return series.count - 1
    }
}
