internal import Collectors
internal import Telemetry

/// The state of a daemon on one screen.
///
/// Names and label values were chosen by others: each text passes ``Finding/printable(_:)`` before colours come to it.
struct StatusText {
    var isColoured: Bool
    /// Lines of a list that are shown; the others are counted.
    static let linesMax = 20

    private enum Colour: String {
        case red = "1;31"
        case yellow = "1;33"
        case green = "32"
    }

    func render(_ status: DaemonStatus, found: [FoundServer]) -> String {
        var lines = [Finding.printable("latencyd \(status.version) at \(status.scheme)://\(status.address)")]
        lines.append(row("pushed", Finding.printable(pushed(status))))
        lines.append(row("collectors", collectors(status)))
        if !status.services.isEmpty { lines += block("services", status.services.flatMap(service)) }
        if let learning = status.learning { lines.append(row("learned", Finding.printable(learned(learning)))) }
        lines += block("alerts", alerts(status.alerts))
        if let ended = status.ended, !ended.isEmpty { lines += block("ended", ended.map(text)) }
        if !found.isEmpty {
            lines += [
                "", "Model servers on this host that are not read; to be added to the configuration:", "services:",
            ]
            lines += found.map { Finding.printable($0.configurationLine) }
        }
        return lines.joined(separator: "\n")
    }

    private func pushed(_ status: DaemonStatus) -> String {
        let drops = status.dropped.sorted { $0.key < $1.key }.map { "\(Self.number($0.value)) \($0.key)" }
        let tail = drops.isEmpty ? "nothing dropped" : "dropped: " + drops.joined(separator: ", ")
        return
            "\(Self.number(status.series)) series; since the start \(Self.number(status.timingsTaken)) timings taken, "
            + tail
    }

    private func learned(_ learning: LearningStatus) -> String {
        let states = learning.states.sorted { $0.key < $1.key }.map { "\(Self.number($0.value)) \($0.key)" }
        let known = states.isEmpty ? "" : ": " + states.joined(separator: ", ")
        let rest =
            learning.unlearned > 0
            ? "; \(Self.number(learning.unlearned)) more than detection.max_learned_series allows" : ""
        return "\(Self.number(learning.learned)) series\(known)\(rest)"
    }

    private func collectors(_ status: DaemonStatus) -> String {
        guard !status.failingCollectors.isEmpty else { return "\(status.collectorCount) work" }
        return "\(status.collectorCount - status.failingCollectors.count) work; "
            + colour(.red, "failing: " + status.failingCollectors.joined(separator: ", "))
    }

    private func service(_ service: DaemonStatus.Service) -> [String] {
        let state =
            !service.wasRead
            ? "not read yet" : service.failure.map { colour(.red, "down: \($0)") } ?? colour(.green, "up")
        var lines = [
            Finding.printable("\(service.name) (\(service.profile)) ") + state + Finding.printable(" \(service.url)")
        ]
        for (labels, values) in service.sortedSeries {
            let parts = ServiceSignal.allCases.compactMap { signal in
                values[signal.rawValue].map { "\(signal.rawValue) \(Self.value($0, signal))" }
            }
            let name = Self.name(labels)
            lines.append(Finding.printable("  " + (name.isEmpty ? "" : name + ": ") + parts.joined(separator: ", ")))
        }
        for (signal, remedy) in service.missing.sorted(by: { $0.key < $1.key }) {
            lines.append(Finding.printable("  no \(signal): \(remedy)"))
        }
        return lines
    }

    /// The model, and whatever else tells series apart.
    private static func name(_ labels: LabelSet) -> String {
        let others = labels.removing("model").labels.map { "\($0.name)=\($0.value)" }
        return ([labels["model"]].compactMap(\.self) + others).joined(separator: " ")
    }

    private func alerts(_ alerts: [FiringAlert]?) -> [String] {
        guard let alerts else { return [colour(.red, "not known: /api/v1/alerts cannot be read")] }
        let firing = alerts.filter { $0.state == "firing" }
        guard !firing.isEmpty else { return ["none"] }
        return firing.map { alert in
            let severity = alert.labels["severity"] ?? "?"
            let name = alert.labels["alertname"] ?? "?"
            let text = alert.annotations["summary"] ?? "\(alert.labels["timing"] ?? "") \(alert.value)"
            return colour(severity == "critical" ? .red : .yellow, severity)
                + Finding.printable("\(Self.muted(alert.annotations)) \(name) since \(alert.activeAt): \(text)")
        }
    }

    private func text(_ alert: EndedAlert) -> String {
        let name = alert.labels["alertname"] ?? "?"
        let why = alert.annotations["end"].map { " (\($0))" } ?? ""
        return Finding.printable(
            "\(alert.level)\(Self.muted(alert.annotations)) \(name) from \(alert.startsAt) to \(alert.endsAt)\(why): "
                + (alert.annotations["summary"] ?? alert.labels["timing"] ?? ""))
    }

    private static func muted(_ annotations: [String: String]) -> String {
        annotations["muted"].map { ", muted \($0)," } ?? ""
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

    private func colour(_ colour: Colour, _ text: String) -> String {
        let text = Finding.printable(text)
        return isColoured ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// A count, whatever a program that is no latencyd says.
    private static func number(_ value: Double) -> String { abs(value) < 1e15 ? "\(Int(value))" : "\(value)" }

    private static func value(_ value: Double, _ signal: ServiceSignal) -> String {
        switch signal.descriptor?.unit.suffix {
        case "seconds": "\((value * 1e5).rounded() / 100) ms"
        case "ratio": "\((value * 1_000).rounded() / 10) %"
        default: "\((value * 100).rounded() / 100)"
        }
    }
}
