public import Telemetry

/// A statistic of a timing, as what is learned about it is kept.
public struct TimingStatistic: Sendable, Hashable {
    /// As it is exposed: `inference_latency_seconds`.
    public var timing: String
    /// The series' own.
    public var labels: LabelSet
    public var statistic: Statistic

    public init(timing: String, labels: LabelSet, statistic: Statistic) {
        self.timing = timing
        self.labels = labels
        self.statistic = statistic
    }
}

/// Which timing, labels and statistic a series of an answer is about.
///
/// A page of this daemon says all three by its labels `timing` and `statistic`. Of other series the name is the timing's
/// and a label `quantile` the statistic's, unless both are given.
public struct PromQLHistoryNames: Sendable, Equatable {
    /// Where the answers have none, or another one; nil to take theirs.
    public var timing: String?
    /// Nil to take theirs, else P99.
    public var statistic: Statistic?
    /// Added to each series; these count where a series has one of the same name.
    public var labels: [Label]
    /// Labels of the answers that are left out: those that a scrape adds are not the daemon's.
    public var droppedLabels: Set<String>

    public static let droppedDefault: Set<String> = ["job", "instance"]

    public init(
        timing: String? = nil, statistic: Statistic? = nil, labels: [Label] = [],
        droppedLabels: Set<String> = droppedDefault
    ) {
        self.timing = timing
        self.statistic = statistic
        self.labels = labels
        self.droppedLabels = droppedLabels
    }

    enum Refusal: Error, Equatable {
        /// Neither the series nor the caller says which timing it is.
        case nameless
        /// Labels without end.
        case labels
    }

    func key(of metric: [String: String]) throws(Refusal) -> TimingStatistic {
        var metric = metric.filter { !droppedLabels.contains($0.key) }
        let own = metric["timing"].flatMap { timing in
            metric["statistic"].flatMap(Statistic.init(rawValue:)).map { (timing, $0) }
        }
        if own != nil { metric = metric.filter { $0.key != "timing" && $0.key != "statistic" } }
        guard let timing = timing ?? own?.0 ?? metric["__name__"], !timing.isEmpty else { throw .nameless }
        let quantile = metric["quantile"].flatMap(Self.statistic)
        let labels = own != nil ? plain(metric) : PromQLLabels(modelLabels: [], dropsQuantile: true).labels(of: metric)
        guard let labels else { throw .labels }
        return TimingStatistic(
            timing: timing, labels: labels.adding(self.labels), statistic: statistic ?? own?.1 ?? quantile ?? .p99)
    }

    /// Those of our own page are valid already.
    private func plain(_ metric: [String: String]) -> LabelSet? {
        guard metric.count <= PromQLLimits.labelsMax,
            metric.allSatisfy({
                $0.key.utf8.count <= PromQLLimits.labelNameBytesMax
                    && $0.value.utf8.count <= PromQLLimits.labelValueBytesMax
            })
        else { return nil }
        return LabelSet(metric.filter { $0.key != "__name__" && !$0.value.isEmpty }.map { Label($0.key, $0.value) })
    }

    private static func statistic(ofQuantile text: String) -> Statistic? {
        switch Double(text) {
        case 0.5: .p50
        case 0.95: .p95
        case 0.99: .p99
        default: nil
        }
    }
}
