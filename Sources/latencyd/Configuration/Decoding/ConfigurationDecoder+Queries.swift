internal import Collectors
internal import Platform
internal import Telemetry

enum QueryKey: String, ConfigurationKey {
    case signal, query, timing, unit, p50, p95, p99, mean, stddev, rate

    /// The statistic whose query it holds; nil for other keys.
    var statistic: Statistic? { Statistic(rawValue: rawValue) }
}

extension ConfigurationDecoder {
    /// The profile of services that are asked by PromQL.
    static let queryProfile = "promql"
    /// The keys that no other profile has.
    static let queryProfileKeys: [ServiceKey] = [.queries, .shard, .limit, .tenant]

    private static let queryExample =
        "write for example queries: [{signal: queue_length, query: \"sum by (model) (my_queue)\"}]"

    /// What stands in place of a server's profile.
    var queryServiceProfile: ServiceProfile {
        ServiceProfile(id: Self.queryProfile, title: "queries by PromQL", ports: [], path: "", signals: [:])
    }

    /// What an engine is asked; nil when that is not whole, which is reported.
    mutating func queries(
        _ fields: [ServiceKey: ConfigurationField], _ element: ConfigurationField
    ) -> PromQLSettings? {
        for key in [ServiceKey.signals, .apiURL] {
            guard let field = fields[key] else { continue }
            reportKey(field, "the profile \(Self.queryProfile) asks for everything by query", Self.queryExample)
        }
        var settings = PromQLSettings()
        if let field = fields[.url] { checkEngine(field) }
        if let field = fields[.limit] {
            settings.seriesMax = integer(field, in: 1...PromQLLimits.seriesPerQueryMax) ?? settings.seriesMax
        }
        if let field = fields[.shard] { settings.shard = text(field, "a part such as 1/3", ShardScalar.parse) }
        if let field = fields[.tenant] { settings.tenant = text(field, "a tenant", NameScalars.tenant) }
        settings.modelLabels = fields[.modelLabels].map { self.modelLabels($0) } ?? []
        guard let list = fields[.queries] else {
            reportMissing("queries", in: element, Self.queryExample)
            return nil
        }
        let elements = elements(list, limit: PromQLLimits.queriesMax, of: "queries")
        for element in elements { query(element, &settings) }
        if case .sequence = list.node.content, elements.isEmpty {
            report(list, "nothing is asked", Self.queryExample)
        } else if settings.queryCount > PromQLLimits.queriesMax {
            report(
                list, "the list has \(settings.queryCount) queries, one for each statistic of a timing",
                "write at most \(PromQLLimits.queriesMax), and the rest below another service")
        }
        return settings
    }

    /// What is asked is added to the URL.
    private mutating func checkEngine(_ field: ConfigurationField) {
        guard case .scalar(let scalar) = field.node.content else { return }
        let url = scalar.text
        if url.contains("?") {
            report(field, .impossible(url, "has parameters", "leave out what follows the ?"))
        } else if url.hasSuffix("/api/v1/query") || url.hasSuffix("/api/v1/query/") {
            report(field, .impossible(url, "ends with the path of the API", "leave out /api/v1/query"))
        }
    }

    private mutating func query(_ section: ConfigurationField, _ settings: inout PromQLSettings) {
        let fields = Dictionary(uniqueKeysWithValues: fields(of: section, QueryKey.self).map { ($0.key, $0.field) })
        let scale = fields[.unit].flatMap { choice($0, SignalUnit.self) }
        switch (fields[.signal], fields[.timing]) {
        case (let field?, nil):
            if let signal = signal(field, scale ?? .none, fields, section) { settings.signals.append(signal) }
        case (nil, let field?):
            let known = Set(settings.timings.map(\.name))
            if let timing = timing(field, scale ?? .none, fields, section, known) { settings.timings.append(timing) }
        default:
            report(
                section, "the query is for \(fields[.signal] == nil ? "nothing" : "two things")",
                "write either signal: with a query:, or timing: with a query for each of its statistics")
        }
    }

    private mutating func signal(
        _ field: ConfigurationField, _ unit: SignalUnit, _ fields: [QueryKey: ConfigurationField],
        _ section: ConfigurationField
    ) -> PromQLSignal? {
        for (key, field) in fields where key.statistic != nil {
            reportKey(field, "a signal has no statistics", "write timing: instead of signal:, or query:")
        }
        let signal = choice(field, ServiceSignal.self)
        guard let query = fields[.query] else {
            reportMissing("query", in: section, "write for example query: \"sum by (model) (my_queue)\"")
            return nil
        }
        let text = text(query, "a query", QueryScalar.parse)
        guard let signal, let text else { return nil }
        return PromQLSignal(signal, text, scale: unit.scale)
    }

    private mutating func timing(
        _ field: ConfigurationField, _ unit: SignalUnit, _ fields: [QueryKey: ConfigurationField],
        _ section: ConfigurationField, _ known: Set<String>
    ) -> PromQLTiming? {
        if let field = fields[.query] {
            reportKey(field, "a timing has a query for each statistic", "write for example p99: instead of query:")
        }
        let name = text(field, "a name", NameScalars.queriedTiming)
        var queries: [Statistic: String] = [:]
        for statistic in Statistic.allCases {
            guard let key = QueryKey(rawValue: statistic.rawValue), let field = fields[key] else { continue }
            queries[statistic] = text(field, "a query", QueryScalar.parse)
        }
        if !fields.keys.contains(where: { $0.statistic != nil }) {
            let words = Statistic.allCases.map(\.rawValue).joined(separator: ", ")
            report(section, "the timing has no statistic", "write a query for one or more of \(words)")
        }
        guard let name else { return nil }
        if known.contains(name) {
            report(field, "the timing '\(name)' is there already", "write all of its statistics in one place")
        }
        if unit.isOfTime && !name.hasSuffix("_seconds"), let field = fields[.unit] {
            report(
                field, "a time is shown in seconds, and '\(name)' does not say so",
                "call the timing \(name)_seconds, or leave the unit out")
        }
        return PromQLTiming(name, queries, scale: unit.scale)
    }
}

/// The text of a query; whether it can be run the engine says.
enum QueryScalar {
    static func parse(_ text: String) throws(ScalarProblem) -> String {
        let bytesMax = PromQLLimits.queryBytesMax
        guard text.utf8.count <= bytesMax else {
            throw .impossible("\(text.prefix(40))…", "is \(text.utf8.count) bytes long", "write at most \(bytesMax)")
        }
        let isText = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x09 }
        guard isText, text.contains(where: { !$0.isWhitespace }) else {
            throw .notA("a query", text, "write it in PromQL, for example sum by (model) (my_queue)")
        }
        return text
    }
}

/// A part of all series, `i/n`.
enum ShardScalar {
    static func parse(_ text: String) throws(ScalarProblem) -> PromQLShard {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }), let index = Int(parts[0]),
            let count = Int(parts[1])
        else { throw .notA("a part of the series", text, "write for example 1/3 for the first of three daemons") }
        guard let shard = PromQLShard(index, of: count) else {
            throw .impossible(
                text, "is no part of the series",
                "daemons count from 1: write 1/3, 2/3 and 3/3 for three of them, \(PromQLLimits.shardsMax) at most")
        }
        return shard
    }
}

extension SignalUnit {
    fileprivate var isOfTime: Bool {
        switch self {
        case .nanoseconds, .microseconds, .milliseconds, .seconds: true
        case .percent, .ratio, .none: false
        }
    }
}
