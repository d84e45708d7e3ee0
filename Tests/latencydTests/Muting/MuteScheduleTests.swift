import AnomalyDetect
import Platform
import Telemetry
import Testing

@testable import latencyd

@Suite("Mute windows")
struct MuteScheduleTests {
    private static func moment(_ text: String) throws -> MuteMoment {
        guard case .moment(let moment) = try MomentScalars.parse(text) else { throw CancellationError() }
        return moment
    }

    private static func unix(_ text: String) throws -> Double { Double(try moment(text).seconds) }

    /// `mute` at `moment` in Berlin, as the moment of its end.
    private static func end(_ mute: String, at moment: String, zone: String = "Europe/Berlin") throws -> Double? {
        let mutes = try decode("alerts: {mute: [{\(mute)}]}").configuration.alerts.mutes
        return MuteSchedule(window: mutes[0].window, zone: try .named(zone)).end(at: try unix(moment))
    }

    @Test(
        "hold from their beginning until just before their end",
        arguments: [
            // Winter: UTC+1.
            ("from: \"02:00\", to: \"04:30\"", "2026-01-05T00:59:59Z", nil),
            ("from: \"02:00\", to: \"04:30\"", "2026-01-05T01:00:00Z", "2026-01-05T03:30:00Z"),
            ("from: \"02:00\", to: \"04:30\"", "2026-01-05T03:30:00Z", nil),
            // Over midnight, on Mondays: 2026-01-05 is one.
            ("from: \"22:00\", to: \"06:00\", days: [mon]", "2026-01-05T21:00:00Z", "2026-01-06T05:00:00Z"),
            ("from: \"22:00\", to: \"06:00\", days: [mon]", "2026-01-06T04:59:00Z", "2026-01-06T05:00:00Z"),
            ("from: \"22:00\", to: \"06:00\", days: [mon]", "2026-01-05T04:59:00Z", nil),
            ("from: \"22:00\", to: \"06:00\", days: [mon]", "2026-01-06T21:00:00Z", nil),
            // Whole days; the later end of two that touch.
            ("from: \"00:00\", to: \"24:00\", days: [sat, sun]", "2026-01-10T12:00:00Z", "2026-01-10T23:00:00Z"),
            ("from: \"00:00\", to: \"24:00\", days: [sat, sun]", "2026-01-11T22:59:00Z", "2026-01-11T23:00:00Z"),
            ("from: \"00:00\", to: \"24:00\", days: [sat, sun]", "2026-01-11T23:00:00Z", nil),
            // The clocks go from 2 to 3 on 2026-03-29 at 01:00 UTC: 02:30 is not shown.
            ("from: \"02:30\", to: \"05:00\"", "2026-03-29T00:45:00Z", "2026-03-29T03:00:00Z"),
            ("from: \"01:00\", to: \"02:30\"", "2026-03-29T01:15:00Z", "2026-03-29T01:30:00Z"),
            // And from 3 to 2 on 2026-10-25 at 01:00 UTC: 02:30 is shown twice.
            ("from: \"02:30\", to: \"02:45\"", "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"),
            ("from: \"02:30\", to: \"02:45\"", "2026-10-25T01:44:00Z", "2026-10-25T01:45:00Z"),
            // With dates, in local time and with an offset.
            ("from: 2026-07-01 10:00, to: 2026-07-01 12:00", "2026-07-01T08:00:00Z", "2026-07-01T10:00:00Z"),
            ("from: 2026-07-01T10:00:00+05:30, to: 2026-07-01T12:00Z", "2026-07-01T04:30:00Z", "2026-07-01T12:00:00Z"),
            ("from: 2026-07-01T10:00:00Z, to: 2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z", nil),
        ])
    func hold(mute: String, at: String, until: String?) throws {
        #expect(try Self.end(mute, at: at) == until.map { try Self.unix($0) })
    }

    @Test("in half-hour zones too")
    func kolkata() throws {
        let mute = "from: \"02:00\", to: \"03:00\""
        #expect(try Self.end(mute, at: "2026-07-01T20:30:00Z", zone: "Asia/Kolkata") != nil)
        #expect(try Self.end(mute, at: "2026-07-01T20:29:00Z", zone: "Asia/Kolkata") == nil)
    }

    private static func alert(
        _ timing: String = "batch_seconds", _ labels: LabelSet = ["model": "a"], _ level: AlertLevel = .warning
    ) -> AlertSnapshot.Alert {
        AlertSnapshot.Alert(
            rule: 0, timing: timing, unit: .seconds, labels: labels, state: .firing, level: level, value: 1,
            sinceUnixSeconds: 0)
    }

    private static func isMuted(_ mute: String, _ alert: AlertSnapshot.Alert) throws -> Bool {
        let file = "alerts: {mute: [{\(mute), from: \"00:00\", to: \"24:00\"}]}"
        let list = MuteList(try decode(file).configuration.alerts.mutes, zone: .utc)
        return list.holding(at: 1e9).end(alert, .learned) != nil
    }

    @Test(
        "mute what matches in every respect that is given",
        arguments: [
            ("timing: batch_*", true), ("timing: other_*", false), ("name: Latency*", true), ("name: GPULost", false),
            ("labels: {model: a}", true), ("labels: {model: b}", false), ("labels: {zone: \"\"}", true),
            ("levels: [warning]", true), ("levels: [info, critical]", false),
            ("timing: batch_*, labels: {model: b}", false),
        ])
    func match(mute: String, isMuted: Bool) throws {
        #expect(try Self.isMuted(mute, Self.alert()) == isMuted)
    }

    @Test("mute an alert on many timings where the worst of them all match")
    func group() throws {
        var group = Self.alert(AlertGroup.timing, [:])
        group.group = AlertGroup(
            count: 30, examples: ["batch_a", "batch_b"].map { AlertGroup.Member(timing: $0, labels: [:]) })
        #expect(try Self.isMuted("timing: batch_*", group))
        #expect(try !Self.isMuted("timing: batch_a", group))
    }
}
