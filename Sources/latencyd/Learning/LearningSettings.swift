internal import AnomalyDetect
internal import Platform
internal import Telemetry

/// What learning takes from the configuration.
struct LearningSettings: Sendable, Equatable {
    let detection: DetectionConfiguration
    var patterns: [Glob]?
    var seriesMax: Int
    var minCount: Int
    var zone: LocalZone

    /// The patterns were checked when they were read; one that is none after all is left out. A zone that has gone since
    /// is UTC.
    init(_ detection: DetectionConfiguration) {
        self.detection = detection
        patterns = detection.learn.map { $0.compactMap { try? Glob($0) } }
        seriesMax = detection.maxLearnedSeries
        minCount = detection.minCount
        zone =
            switch detection.timezone {
            case .local: .host()
            case .utc: .utc
            case .named(let name): (try? .named(name)) ?? .utc
            }
    }

    /// What the clocks show in the middle of `minute`, since 1970.
    func instant(_ minute: Int64) -> LocalInstant {
        LocalInstant(unix: minute * 60, offset: zone.offset(at: minute * 60))
    }

    /// Whether anything is learned at all.
    var isOn: Bool { patterns?.isEmpty != true && seriesMax > 0 }

    /// What a signal is judged by: both ways, and without a season of a week.
    var signalBaseline: BaselineSettings { BaselineSettings(signalOf: detection) }

    /// What a statistic of a series is judged by, while `count` series share the daemon's budget.
    func baseline(_ statistic: Statistic, _ unit: MetricUnit, among count: Int) -> BaselineSettings {
        BaselineSettings(detection, statistic, unit, share: detection.falseAlarms.share(among: count))
    }
}
