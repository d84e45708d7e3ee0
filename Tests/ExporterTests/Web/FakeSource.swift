import Exporter
import Telemetry

/// A daemon with fixed answers.
struct FakeSource: WebSource {
    var families: [MetricFamily] = TrapFamilies.all
    var isReady = true
    var outcome = ReloadOutcome.reloaded
    var buildInformation = BuildInformation(version: "0.1.0", revision: "abc123", swiftVersion: "6.3.1")

    func metricFamilies() -> [MetricFamily] { families }
    func alertsJSON() -> [UInt8] { Array("{\"alerts\"}".utf8) }
    func alertHistoryJSON() -> [UInt8] { Array("{\"history\"}".utf8) }
    func rulesJSON() -> [UInt8] { Array("{\"rules\"}".utf8) }
    func baselinesJSON() -> [UInt8] { Array("{\"baselines\"}".utf8) }
    func reload() -> ReloadOutcome { outcome }
}
