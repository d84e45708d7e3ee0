import AnomalyDetect
import Exporter
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("The history of alerts")
struct AlertHistoryTests {
    private static func change(
        _ from: AlertLevel, _ to: AlertLevel, value: Double?, at: Double, since: Double = 1_000,
        reason: AlertChange.Reason = .exceeded
    ) -> AlertChange {
        AlertChange(
            rule: "LatencyAbnormal", timing: "a_seconds", unit: .seconds, labels: ["model": "x"],
            measure: .statistic(.p99), from: from, to: to, value: value,
            threshold: value == nil ? nil : .init(level: max(from, to), value: 0.1), sinceUnixSeconds: since,
            atUnixSeconds: at,
            reason: reason)
    }

    private static func alert(_ value: Double, since: Double = 1_000) throws -> AlertSnapshot {
        AlertSnapshot(
            rules: [AlertRule(timing: try Glob("*"), statistic: .p99, thresholds: [.warning: 0.1])],
            alerts: [
                AlertSnapshot.Alert(
                    rule: 0, timing: "a_seconds", unit: .seconds, labels: ["model": "x"], state: .firing,
                    level: .warning, value: value, sinceUnixSeconds: since)
            ])
    }

    @Test("an incident is one from its beginning to its end, with its highest level and its worst value")
    func course() throws {
        var history = AlertHistory()
        #expect(history.take([Self.change(.none, .warning, value: 0.2, at: 1_030)]).map(\.endSeconds) == [nil])
        history.observe(try Self.alert(0.9))
        history.observe(try Self.alert(0.3))
        history.observe(try Self.alert(7, since: 500))
        _ = history.take([Self.change(.warning, .critical, value: 0.5, at: 1_040)])
        _ = history.take([Self.change(.critical, .warning, value: 0.2, at: 1_050, reason: .eased)])
        let stored = history.take([Self.change(.warning, .none, value: 0.05, at: 1_060, reason: .recovered)])
        #expect(stored == history.incidents)
        let incident = try #require(stored.first)
        #expect(incident.level == .critical)
        #expect(incident.peak == 0.9)
        #expect(incident.beginSeconds == 1_000 && incident.endSeconds == 1_060)
        #expect(incident.annotations["end"] == "recovered")
        #expect(incident.annotations["summary"]?.contains("500 ms") == true, "what was said at the highest level")
        #expect(incident.labels["timing"] == "a_seconds" && incident.labels["severity"] == nil)
        _ = history.take([Self.change(.none, .warning, value: 0.2, at: 2_030, since: 2_000)])
        #expect(history.incidents.map(\.beginSeconds) == [2_000, 1_000], "a later one is another")
    }

    @Test("it is kept in the state database, and what lasted at the end of the process is over")
    func stored() throws {
        let folder = TemporaryFolder()
        let database = try StateDatabase(folder: folder.path, unixSeconds: 6_000)
        var history = AlertHistory()
        var batch = StateBatch()
        let ended = history.take([
            Self.change(.none, .warning, value: 0.2, at: 100, since: 90),
            Self.change(.warning, .none, value: nil, at: 200, since: 90, reason: .noData),
        ])
        for incident in ended + history.take([Self.change(.none, .critical, value: 3, at: 1_030)]) {
            batch.alerts[incident.id] = StoredAlert(incident)
        }
        #expect(batch.alerts.count == 2)
        _ = try database.write(batch)
        let read = try database.alerts(last: 10).map { AlertIncident($0) }
        #expect(read == history.incidents)
        #expect(try database.alerts(last: 1).map(\.beginSeconds) == [1_000])

        var next = AlertHistory()
        let closed = next.restore(read, at: 5_000)
        #expect(closed.map(\.endSeconds) == [5_000])
        #expect(closed.first?.annotations["end"] == "restart")
        #expect(next.incidents.map(\.endSeconds) == [5_000, 200])
        #expect(next.incidents.map(\.peak) == [3, 0.2])
    }

    @Test("what else was unusual is kept as it was when the value was worst, and is stored without a change of level")
    func alsoUnusual() throws {
        var history = AlertHistory()
        _ = history.take([Self.change(.none, .warning, value: 0.2, at: 1_030)], alsoUnusual: "first")
        #expect(history.incidents.first?.annotations["also_unusual"] == "first")
        #expect(history.takeUnstored().isEmpty == true)
        history.observe(try Self.alert(0.9), alsoUnusual: "worst")
        history.observe(try Self.alert(0.3), alsoUnusual: "later")
        #expect(history.takeUnstored().map { $0.annotations["also_unusual"] } == ["worst"])
        #expect(history.takeUnstored().isEmpty == true)
        _ = history.take([Self.change(.warning, .critical, value: 0.5, at: 1_040)], alsoUnusual: "critical")
        let ended = history.take(
            [Self.change(.critical, .none, value: 0.05, at: 1_060, reason: .recovered)], alsoUnusual: "end")
        #expect(ended.map { $0.annotations["also_unusual"] } == ["worst"] && ended.map(\.peak) == [0.9])
    }

    @Test("an incident that goes on after a restart is the same one")
    func resumed() throws {
        var before = AlertHistory()
        let stored = before.take([Self.change(.none, .critical, value: 3, at: 1_030)])
        var next = AlertHistory()
        #expect(next.restore(stored, resumed: [stored[0].id], at: 5_000).isEmpty)
        #expect(next.incidents == stored)
        let ended = next.take([Self.change(.critical, .none, value: 0.01, at: 6_000, reason: .recovered)])
        #expect(ended.map(\.id) == stored.map(\.id) && ended.map(\.peak) == [3])
        #expect(next.incidents.map(\.endSeconds) == [6_000])
        #expect(next.incidents.first?.annotations["summary"] == stored[0].annotations["summary"])
    }

    @Test("an incident that became the new normal says so, in the history and in the message")
    func newNormal() throws {
        var history = AlertHistory()
        var end = Self.change(.warning, .none, value: 0.3, at: 2_000, reason: .recovered)
        var evidence = LearnedEvidence(
            statistic: .p99, value: 0.3, expected: 0.29, lower: 0.2, upper: 0.4, score: 0.2, sigma: 0.1)
        evidence.isLevelShift = true
        end.learned = evidence
        _ = history.take([Self.change(.none, .warning, value: 0.3, at: 1_030), end])
        #expect(history.incidents.first?.annotations["end"] == "newNormal")
        #expect(AlertMessage(end).text.contains("counts as normal from now on: 300 ms, expected 290 ms"))
    }

    @Test("the latest stay when there are too many")
    func bounded() {
        var history = AlertHistory()
        for number in 0..<AlertHistory.endedMax + 5 {
            let since = Double(number * 10)
            _ = history.take([
                Self.change(.none, .warning, value: 1, at: since, since: since),
                Self.change(.warning, .none, value: 0, at: since + 5, since: since, reason: .recovered),
            ])
        }
        #expect(history.incidents.count == AlertHistory.endedMax)
        #expect(history.incidents.last?.beginSeconds == 50)
    }
}
