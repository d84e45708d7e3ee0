internal import Collectors
internal import Telemetry

/// The state of a daemon on one screen.
struct StatusText {
    var isColoured: Bool
    /// Lines of a list that are shown; the others are counted.
    static let linesMax = 20

    func render(_ status: DaemonStatus, found: [FoundServer]) -> String {
        var lines = ["latencyd \(status.version) at http://\(status.address)"]
        lines.append(row("pushed", pushed(status)))
        lines.append(row("collectors", collectors(status)))
        if !status.services.isEmpty { lines += block("services", status.services.flatMap(service)) }
        lines += block("alerts", alerts(status.alerts))
        if !found.isEmpty {
            lines += [
                "", "Model servers on this host that are not read; to be added to the configuration:", "services:",
            ]
        }
        lines += found.map(\.configurationLine)
        return lines.joined(separator: "\n")
    }

    private func pushed(_ status: DaemonStatus) -> String {
        let drops = status.dropped.sorted { $0.key < $1.key }.map { "\(Self.number($0.value)) \($0.key)" }
        let tail = drops.isEmpty ? "nothing dropped" : "dropped: " + drops.joined(separator: ", ")
        return "\(Self.number(status.series)) series, \(Self.number(status.timingsTaken)) timings taken; \(tail)"
    }

    private func collectors(_ status: DaemonStatus) -> String {
        guard !status.failingCollectors.isEmpty else { return "\(status.collectorCount) work" }
        return "\(status.collectorCount - status.failingCollectors.count) work; "
            + colour("1;31", "failing: " + status.failingCollectors.joined(separator: ", "))
    }

    private func service(_ service: DaemonStatus.Service) -> [String] {
        let state =
            !service.wasRead
            ? "not read yet" : service.failure.map { colour("1;31", "down: \($0)") } ?? colour("32", "up")
        var lines = ["\(service.name) (\(service.profile)) \(state) \(service.url)"]
        for (model, values) in service.models.sorted(by: { $0.key < $1.key }) {
            let parts = ServiceSignal.allCases.compactMap { signal in
                values[signal.rawValue].map { "\(signal.rawValue) \(Self.value($0, signal))" }
            }
            lines.append("  " + (model.isEmpty ? "" : model + ": ") + parts.joined(separator: ", "))
        }
        for (signal, remedy) in service.missing.sorted(by: { $0.key < $1.key }) {
            lines.append("  no \(signal): \(remedy)")
        }
        return lines.map(Finding.printable)
    }

    private func alerts(_ alerts: [FiringAlert]) -> [String] {
        let firing = alerts.filter { $0.state == "firing" }
        guard !firing.isEmpty else { return ["none"] }
        return firing.map { alert in
            let severity = alert.labels["severity"] ?? "?"
            let name = alert.labels["alertname"] ?? "?"
            let text = alert.annotations["summary"] ?? "\(alert.labels["timing"] ?? "") \(alert.value)"
            return colour(severity == "critical" ? "1;31" : "1;33", severity)
                + Finding.printable(" \(name) since \(alert.activeAt): \(text)")
        }
    }

    // MARK: Form

    private func block(_ name: String, _ lines: [String]) -> [String] {
        var shown = Array(lines.prefix(Self.linesMax))
        if lines.count > shown.count {
            shown.append("… and \(lines.count - shown.count) lines more: --json has them all")
        }
        return shown.enumerated().map { row($0.offset == 0 ? name : "", $0.element) }
    }

    private func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 12 - name.count)) + text
    }

    private func colour(_ code: String, _ text: String) -> String {
        isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    private static func number(_ value: Double) -> String { value < 1e15 ? "\(Int(value))" : "\(value)" }

    private static func value(_ value: Double, _ signal: ServiceSignal) -> String {
        switch signal.descriptor?.unit.suffix {
        case "seconds": "\((value * 1e5).rounded() / 100) ms"
        case "ratio": "\((value * 1_000).rounded() / 10) %"
        default: "\((value * 100).rounded() / 100)"
        }
    }
}
