import Telemetry

/// The rules that hold unless they are switched off: what nobody who has the hardware would leave out. One line each.
public enum BuiltInRules {
    public static let all: [AlertRule] = [
        rule("GPULost", "latencyd_gpu_lost", .value, [.critical: 0]),
        rule("GPUXidError", "latencyd_gpu_xid_total", .increase(overSeconds: 600), [.warning: 0]),
    ]

    /// The keys that may stand below `alerts.builtin`.
    public static var names: [String] { all.map(\.name) }

    private static func rule(
        _ name: String, _ signal: String, _ measure: AlertMeasure, _ thresholds: [AlertLevel: Double]
    ) -> AlertRule {
        guard let signal = try? Glob(signal) else { preconditionFailure("'\(signal)' is no pattern") }
        var rule = AlertRule(name: name, signal: signal, measure: measure, thresholds: thresholds)
        rule.isBuiltIn = true
        return rule
    }
}
