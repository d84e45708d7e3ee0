internal import Platform
internal import Telemetry

/// What `latencyd check config` says about one file.
struct ConfigurationReport {
    /// For standard output; empty for a file that is not valid.
    let output: String
    /// For standard error: the errors, one a line.
    let errors: String
    var isValid: Bool { errors.isEmpty }

    init(file: String, knownCollectors: [String]) {
        do throws(ConfigurationProblems) {
            let loaded = try Configuration.load(file: file, knownCollectors: knownCollectors)
            let web = loaded.configuration.web.accessFile.map {
                WebConfigurationReport(file: $0, unixSeconds: HostClock.unixSeconds())
            }
            let summary = Self.summary(loaded.configuration, knownCollectors, web)
            var faults = loaded.files.compactMap { $0.problem() }
            if let web { faults += web.problems.map { ($0, web.isCertain) } }
            let certain = faults.filter(\.isCertain).map(\.problem)
            guard certain.isEmpty else { throw ConfigurationProblems(problems: certain) }
            let warnings = (loaded.warnings + faults.map(\.problem) + (web?.warnings ?? [])).map { "warning: \($0)" }
            output = (["\(file): valid"] + summary.map { "  " + $0 } + warnings).joined(separator: "\n")
            errors = ""
        } catch {
            output = ""
            errors = error.description
        }
    }

    private static func summary(
        _ configuration: Configuration, _ knownCollectors: [String], _ web: WebConfigurationReport?
    ) -> [String] {
        let enabled = knownCollectors.filter { configuration.hardware.collector($0).enabled }
        return [
            ["web: \(configuration.web.listenAddress)", web?.summary.joined(separator: "; ")].compactMap(\.self)
                .filter { !$0.isEmpty }.joined(separator: "; "),
            "collectors: " + (enabled.isEmpty ? "none" : enabled.joined(separator: ", ")),
            "services: " + services(configuration),
            "rules: " + rules(configuration.alerts),
        ]
    }

    private static func services(_ configuration: Configuration) -> String {
        let services = configuration.services
        let auto = configuration.finding == nil ? [] : ["those found on this host"]
        guard !services.isEmpty else { return auto.first ?? "none" }
        let more = services.count > 5 ? ", …" : ""
        let named = "\(services.count) (\(services.prefix(5).map(\.name).joined(separator: ", "))\(more))"
        return ([named] + auto).joined(separator: " and ")
    }

    private static func rules(_ alerts: AlertsConfiguration) -> String {
        let rules =
            alerts.rules.map { "\($0.timing) \($0.statistic.rawValue)" }
            + alerts.signalRules.map { "\($0.name): \($0.signal)" }
        guard !rules.isEmpty else { return "none but the built-in ones" }
        let shown = rules.prefix(5)
        let more = rules.count > shown.count ? ", …" : ""
        return "\(rules.count) (\(shown.joined(separator: ", "))\(more))"
    }
}
