internal import AnomalyDetect
internal import Collectors
internal import Platform
internal import Telemetry

/// Puts what was learned from history where the daemon finds it. Holds the state folder's lock.
final class LearnStore {
    /// Series in one transaction; their baselines have 32 KiB each at the most.
    private static let seriesPerTransaction = 100

    private let database: StateDatabase
    private let replaces: Bool
    /// Minutes since 1970.
    private let now: Int64
    /// By statistic: what had a baseline before.
    private var known: [StateSeries: Set<String>] = [:]
    /// What the database had to say when it was opened.
    var notices: [String] { database.notices }

    /// - Parameters:
    ///   - folder: of the daemon's state.
    ///   - replaces: whether what the daemon knows already is learned anew.
    ///   - unixSeconds: now.
    init(
        folder: String, settings: StateSettings, replaces: Bool, unixSeconds: Double
    ) throws(StateError) {
        database = try StateDatabase(folder: folder, settings: settings, unixSeconds: unixSeconds)
        self.replaces = replaces
        now = Int64(unixSeconds / 60)
        let database = database
        var known: [StateSeries: Set<String>] = [:]
        try asStateError { () throws(DatabaseError) in
            for stored in try database.storedSeries() {
                let statistics = try database.baselines(of: stored.id).map(\.statistic)
                if !statistics.isEmpty { known[stored.series.withoutUnit] = Set(statistics) }
            }
        }
        self.known = known
    }

    /// Whether the daemon has learned about it already, and is to be left alone.
    func isKept(_ key: TimingStatistic) -> Bool {
        !replaces && known[StateSeries(key).withoutUnit]?.contains(key.statistic.rawValue) == true
    }

    /// Keeps the minutes of `piece` that are not too old. Where the daemon has counted a minute itself, its numbers stay,
    /// unless they are to be replaced.
    func add(_ piece: LearnPiece) throws(StateError) {
        let first = now - database.settings.retentionMinutes
        let points = zip(piece.times, piece.values).filter { $0.0 / 60 > first && $0.0 / 60 <= now }
        guard let last = points.last else { return }
        try database.transaction { () throws(DatabaseError) in
            guard let id = try database.id(of: StateSeries(piece.key), at: points[0].0 / 60) else { return }
            var rest = points[...]
            while let hour = rest.first?.0.minuteOf.hour {
                let end = rest.firstIndex { $0.0.minuteOf.hour != hour } ?? rest.endIndex
                try add(rest[..<end], hour, id, piece.key.statistic)
                rest = rest[end...]
            }
            try database.sawSeries(id, at: last.0 / 60)
        }
    }

    private func add(
        _ points: ArraySlice<(Int64, Double)>, _ hour: Int64, _ id: Int64, _ statistic: Statistic
    ) throws(DatabaseError) {
        var block = try database.block(hour: hour, of: id) ?? HourBlock()
        for (time, value) in points {
            let place = Int(time.minuteOf - hour * 60)
            var summary = block.summaries[place] ?? MinuteSummary()
            summary.take(statistic, value, replaces: replaces)
            block.summaries[place] = summary
        }
        try database.store(block, hour: hour, of: id)
    }

    /// Keeps the baselines.
    ///
    /// - Returns: how many found no room.
    func finish(_ series: [LearnedHistory.Series]) throws(StateError) -> Int {
        var dropped = 0
        var rest = series[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.seriesPerTransaction)
            rest = rest.dropFirst(part.count)
            try database.transaction { () throws(DatabaseError) in
                for one in part where try !store(one) { dropped += 1 }
            }
        }
        return dropped
    }

    private func store(_ series: LearnedHistory.Series) throws(DatabaseError) -> Bool {
        guard let id = try database.id(of: StateSeries(series.key), at: series.firstTime.minuteOf) else { return false }
        // Else a history that ended long ago would be forgotten before the series has its first value.
        try database.sawSeries(id, at: now)
        return try database.store(
            StoredBaseline(
                statistic: series.key.statistic.rawValue, asOfMinute: series.lastTime.minuteOf,
                state: series.baseline.encoded()), of: id)
    }
}

extension StateSeries {
    /// A timing's name ends with its unit.
    init(_ key: TimingStatistic) {
        let unit = [MetricUnit.seconds, .bytes].first { key.timing.hasSuffix("_" + $0.suffix) } ?? .none
        self.init(name: key.timing, labels: key.labels, unit: unit)
    }

    /// As the database tells series apart.
    fileprivate var withoutUnit: StateSeries { StateSeries(name: name, labels: labels) }
}

extension MinuteSummary {
    /// Takes `value` where the statistic is not known, or in any case.
    fileprivate mutating func take(_ statistic: Statistic, _ value: Double, replaces: Bool) {
        let field: WritableKeyPath<MinuteSummary, Float> =
            switch statistic {
            case .p50: \.p50
            case .p95: \.p95
            case .p99: \.p99
            case .mean: \.mean
            case .stddev: \.standardDeviation
            case .rate: \.count
            }
        // Observations a second become those of the minute.
        let number = Float(statistic == .rate ? value * 60 : value)
        if replaces || self[keyPath: field].isNaN { self[keyPath: field] = number }
    }
}

extension StateDatabase {
    /// Keeps `block` in place of what is packed of the series `id` in `hour`.
    fileprivate func store(_ block: HourBlock, hour: Int64, of id: Int64) throws(DatabaseError) {
        try database.run(
            "INSERT OR REPLACE INTO hours (key, block) VALUES (?, ?)", .integer(HourKey.of(hour, id)),
            .blob(block.encoded()))
    }
}

extension Int64 {
    /// The minute of a second, both since 1970 and not negative.
    fileprivate var minuteOf: Int64 { self / 60 }
}
