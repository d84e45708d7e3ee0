internal import Collectors
internal import Telemetry

/// What a running daemon says of itself on its pages.
struct DaemonStatus: Sendable, Equatable {
    /// A model server that the daemon reads.
    struct Service: Sendable, Equatable {
        var name: String
        var profile: String
        var url: String
        /// False until it was read for the first time.
        var wasRead = false
        /// nil when it is up.
        var failure: String?
        /// Gauges by their labels besides the service's own, and by name, without `latencyd_service_`. Those by query
        /// have any labels.
        var series: [LabelSet: [String: Double]] = [:]

        /// Those of one model beside each other.
        var sortedSeries: [(labels: LabelSet, values: [String: Double])] {
            func text(_ labels: LabelSet) -> String {
                ([labels["model"] ?? ""] + labels.labels.flatMap { [$0.name, $0.value] }).joined(separator: "\0")
            }
            return series.map { (text($0.key), $0.key, $0.value) }.sorted { $0.0 < $1.0 }.map { ($0.1, $0.2) }
        }

        /// What the server does not show, and what turns it on.
        var missing: [String: String] = [:]
    }

    var address: String
    /// `http` or `https`.
    var scheme = "http"
    var version: String
    var series: Double
    var timingsTaken: Double
    /// Lines and values that were not taken, by reason.
    var dropped: [String: Double]
    /// Collectors whose last pass failed, and all of them.
    var failingCollectors: [String]
    var collectorCount: Int
    var services: [Service]
    /// nil when the daemon says nothing about it.
    var learning: LearningStatus?
    /// nil when they could not be read.
    var alerts: [FiringAlert]?
    /// Those that ended last; nil when they could not be read.
    var ended: [EndedAlert]?

    /// The samples of the page that it is made of; a page has very many others.
    static let sampleNames: Set<String> = Set(
        [
            "latencyd_build_info", "latencyd_series", "latencyd_push_timings_total", "latencyd_push_dropped_total",
            "latencyd_push_malformed_total", "latencyd_collector_success", "latencyd_service_info",
            "latencyd_learned_series", "latencyd_learned_series_limit", "latencyd_unlearned_series",
            "latencyd_baseline_state", "latencyd_service_up", "latencyd_service_failure",
            "latencyd_service_signal_missing",
        ] + signalGauges.values)

    /// The gauges of services, by signal.
    private static let signalGauges: [ServiceSignal: String] = ServiceSignal.allCases.reduce(into: [:]) {
        if let descriptor = $1.descriptor, descriptor.kind == .gauge { $0[$1] = descriptor.name }
    }

    /// Of the page of metrics and the alerts.
    init(
        address: String, page: ScrapedPage, alerts: [FiringAlert]?, ended: [EndedAlert]? = nil,
        unlearned: [LearningStatus.Series]? = nil
    ) {
        self.address = address
        learning = LearningStatus(page: page, unlearned: unlearned)
        self.alerts = alerts
        self.ended = ended
        version = page["latencyd_build_info"].first?.labels["version"] ?? "?"
        series = page["latencyd_series"].map(\.value).reduce(0, +)
        timingsTaken = page["latencyd_push_timings_total"].map(\.value).reduce(0, +)
        dropped = [:]
        for sample in page["latencyd_push_dropped_total"] + page["latencyd_push_malformed_total"] where sample.value > 0
        {
            dropped[sample.labels["reason"] ?? "?", default: 0] += sample.value
        }
        let collectors = page["latencyd_collector_success"]
        collectorCount = collectors.count
        failingCollectors = collectors.filter { $0.value == 0 }.compactMap { $0.labels["collector"] }.sorted()
        services = Self.services(page)
    }

    private static func services(_ page: ScrapedPage) -> [Service] {
        var services: [String: Service] = [:]
        for sample in page["latencyd_service_info"] {
            guard let name = sample.labels["service"] else { continue }
            services[name] = Service(
                name: name, profile: sample.labels["profile"] ?? "?", url: sample.labels["url"] ?? "?")
        }
        for sample in page["latencyd_service_up"] { services[sample.labels["service"] ?? ""]?.wasRead = true }
        for sample in page["latencyd_service_failure"] {
            services[sample.labels["service"] ?? ""]?.failure = sample.labels["reason"]
        }
        for sample in page["latencyd_service_signal_missing"] {
            guard let signal = sample.labels["signal"], let remedy = sample.labels["switch"] else { continue }
            services[sample.labels["service"] ?? ""]?.missing[signal] = remedy
        }
        for (signal, name) in signalGauges {
            for sample in page[name] {
                let labels = sample.labels.removing("service").removing("profile")
                services[sample.labels["service"] ?? ""]?.series[labels, default: [:]][signal.rawValue] = sample.value
            }
        }
        return services.values.sorted { $0.name < $1.name }
    }
}
