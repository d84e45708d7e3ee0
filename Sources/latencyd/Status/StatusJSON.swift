internal import Collectors
internal import Exporter
internal import Telemetry

/// The state of a daemon for machines: one JSON object.
enum StatusJSON {
    static func render(_ status: DaemonStatus, found: [FoundServer]) -> String {
        let tree = JSONTree.object([
            ("address", .string(status.address)),
            ("version", .string(status.version)),
            ("series", .number(status.series)),
            ("timings_taken", .number(status.timingsTaken)),
            ("dropped", numbers(status.dropped)),
            ("collectors", .number(Double(status.collectorCount))),
            ("collectors_failing", .array(status.failingCollectors.map { .string($0) })),
            ("services", .array(status.services.map(service))),
            ("learning", status.learning.map(learning) ?? .number(.nan)),
            ("alerts", status.alerts.map { .array($0.map(alert)) } ?? .number(.nan)),
            ("ended", status.ended.map { .array($0.map(ended)) } ?? .number(.nan)),
            ("found", .array(found.map(server))),
        ])
        return String(decoding: tree.bytes, as: UTF8.self)
    }

    private static func service(_ service: DaemonStatus.Service) -> JSONTree {
        .object([
            ("service", .string(service.name)), ("profile", .string(service.profile)), ("url", .string(service.url)),
            ("up", .number(service.wasRead && service.failure == nil ? 1 : 0)),
            ("failure", service.failure.map { .string($0) } ?? .number(.nan)),
            (
                "models",
                .array(
                    service.sortedSeries.map { labels, values in
                        .object([
                            ("model", .string(labels["model"] ?? "")), ("labels", strings(others(labels))),
                            ("signals", numbers(values)),
                        ])
                    })
            ),
            ("missing", strings(service.missing)),
        ])
    }

    private static func learning(_ learning: LearningStatus) -> JSONTree {
        let series = learning.unlearnedSeries.map { list in
            JSONTree.array(
                list.map { .object([("timing", .string($0.timing)), ("labels", strings($0.labels))]) })
        }
        return .object([
            ("learned", .number(learning.learned)), ("learned_max", .number(learning.learnedMax)),
            ("states", numbers(learning.states)), ("unlearned", .number(learning.unlearned)),
            ("unlearned_series", series ?? .number(.nan)),
        ])
    }

    /// The labels besides the model.
    private static func others(_ labels: LabelSet) -> [String: String] {
        Dictionary(labels.removing("model").labels.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private static func alert(_ alert: FiringAlert) -> JSONTree {
        .object([
            ("state", .string(alert.state)), ("activeAt", .string(alert.activeAt)), ("value", .string(alert.value)),
            ("labels", strings(alert.labels)), ("annotations", strings(alert.annotations)),
        ])
    }

    private static func ended(_ alert: EndedAlert) -> JSONTree {
        .object([
            ("level", .string(alert.level)), ("startsAt", .string(alert.startsAt)), ("endsAt", .string(alert.endsAt)),
            ("labels", strings(alert.labels)), ("annotations", strings(alert.annotations)),
        ])
    }

    private static func server(_ server: FoundServer) -> JSONTree {
        .object([
            ("profile", .string(server.profile)), ("url", .string(server.url)), ("port", .number(Double(server.port))),
            ("api_url", server.apiURL.map { .string($0) } ?? .number(.nan)),
            ("configuration", .string(server.configurationLine)),
        ])
    }

    private static func numbers(_ values: [String: Double]) -> JSONTree {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
    }

    private static func strings(_ values: [String: String]) -> JSONTree {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
}
