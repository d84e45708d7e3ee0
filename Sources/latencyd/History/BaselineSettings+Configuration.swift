internal import AnomalyDetect
internal import Telemetry

extension BaselineSettings {
    /// Deviations from what is expected that nobody minds, as a share of it.
    private static let harmlessShare = 0.1
    /// Shorter than what a host's scheduler adds now and then.
    private static let harmlessSeconds = 0.000_1

    /// What `detection` says, for values without a unit.
    ///
    /// - Parameter share: of the budgets of false alarms that this baseline may use up; 0 ... 1.
    init(_ detection: DetectionConfiguration, direction: BaselineDirection, share: Double = 1) {
        self.init()
        seasons = Set(
            detection.seasons.map { season in
                switch season {
                case .day: .day
                case .week: .week
                }
            })
        self.direction = direction
        warningsPerDay = detection.falseAlarms.warning.perDay * share
        criticalsPerDay = detection.falseAlarms.critical.perDay * share
    }

    /// What the daemon judges a statistic of a timing by, wherever it is learned: percentiles upwards, since nobody is
    /// called because something is fast; jitter and rate both ways.
    ///
    /// - Parameter share: of the series' budgets, which those of its statistics that raise alerts have in common.
    init(_ detection: DetectionConfiguration, _ statistic: Statistic, _ unit: MetricUnit, share: Double = 1) {
        let direction: BaselineDirection = statistic == .stddev || statistic == .rate ? .both : .up
        self.init(detection, direction: direction, share: share / Double(LearnedSeries.alertingStatistics.count))
        relativeDeadBand = Self.harmlessShare
        absoluteDeadBand = unit == .seconds && statistic != .rate ? Self.harmlessSeconds : 0
    }

    /// For a signal of the hardware or a model server, which raises no alerts.
    init(signalOf detection: DetectionConfiguration) {
        self.init(detection, direction: .both)
        seasons.remove(.week)
        relativeDeadBand = Self.harmlessShare
    }
}
