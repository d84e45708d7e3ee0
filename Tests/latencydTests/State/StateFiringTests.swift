import AnomalyDetect
import Exporter
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("What fires, in the state database")
struct StateFiringTests {
    private let folder = TemporaryFolder()

    private func open(_ schema: StateSchema = .current) throws -> StateDatabase {
        try StateDatabase(folder: folder.path, schema: schema, unixSeconds: 1_794_000_000)
    }

    private static func alert(_ number: Int, _ measure: AlertMeasure = .statistic(.p99)) -> AlertContinuation {
        AlertContinuation(
            rule: "Slow \"\(number)\"", measure: measure, direction: number % 2 == 0 ? .above : .below,
            pattern: "a_*\nmodel\n{x,y}", timing: "a_seconds", unit: .seconds,
            labels: ["model": "x\n\"\\", "n": "\(number)"], level: .critical, ownLevel: .warning,
            sinceUnixSeconds: 1_794_000_000.123_456, value: number == 1 ? nil : 0.3, isGrouped: number == 2)
    }

    @Test("comes back as it was, and what fires later takes its place")
    func roundTrip() throws {
        var alerts = [
            Self.alert(0), Self.alert(1, .value), Self.alert(2, .increase(overSeconds: 90.5)), Self.alert(3, .learned),
        ]
        alerts[3].learned = LearnedEvidence(
            statistic: .stddev, value: 0.3, expected: 0.1, lower: 0.05, upper: 0.2, score: 2.5, sigma: 7)
        let firing = StoredFiring(seenSeconds: 1_794_000_060.5, alerts: alerts)
        do {
            let database = try open()
            #expect(try database.firing() == nil)
            #expect(try database.write(StateBatch(firing: firing))[.alert] == 0)
        }
        let database = try open()
        #expect(try database.firing() == firing)
        _ = try database.write(StateBatch(firing: StoredFiring(seenSeconds: 5, alerts: [Self.alert(0)])))
        #expect(try database.firing()?.alerts == [Self.alert(0)])
        _ = try database.write(StateBatch(firing: StoredFiring(seenSeconds: 6, alerts: [])))
        #expect(try database.firing() == nil)
    }

    @Test("what cannot be read is left out, and no number of it harms")
    func damaged() throws {
        let database = try open()
        let changes = [
            "measure = 'increase -1'", "measure = 'guess'", "level = 9", "level = 0", "own_level = 7",
            "since_seconds = 9e99", "since_seconds = -1", "seen_seconds = 9e99", "labels = 'x'", "direction = 'left'",
        ]
        for change in changes {
            _ = try database.write(
                StateBatch(firing: StoredFiring(seenSeconds: 5, alerts: [Self.alert(0), Self.alert(1)])))
            try database.database.execute("UPDATE firing SET \(change) WHERE rule LIKE '%0%'")
            #expect(try database.firing()?.alerts == [Self.alert(1)], "\(change)")
        }
    }

    @Test("more than there is room for begin anew, and are counted")
    func bounded() throws {
        let database = try open()
        let alerts = (0..<StateLimits.firingMax + 3).map { Self.alert($0) }
        #expect(try database.write(StateBatch(firing: StoredFiring(seenSeconds: 5, alerts: alerts)))[.alert] == 3)
        #expect(try database.firing()?.alerts.count == StateLimits.firingMax)
    }

    @Test("a database of version 1 is taken over: its incidents stay, and what lasted has ended")
    func migration() throws {
        let old = StateSchema(steps: Array(StateSchema.current.steps.prefix(1)))
        do {
            let database = try open(old)
            try database.database.run(
                "INSERT INTO alerts (id, labels, annotations, level, begin_seconds, end_seconds, peak) VALUES ('a', 'alertname=\"A\"', '{\"summary\":\"s\"}', 2, 100, NULL, 0.5)"
            )
            #expect(try database.database.integer("PRAGMA user_version") == 1)
        }
        let database = try open()
        #expect(try database.database.integer("PRAGMA user_version") == StateSchema.current.version)
        let restored = try RestoredAlerts(from: database)
        #expect(restored.incidents.map(\.id) == ["a"] && restored.incidents.map(\.peak) == [0.5])
        #expect(restored.firing == nil)
        var history = AlertHistory()
        #expect(history.restore(restored.incidents, at: 500).map { $0.annotations["end"] } == ["restart"])
    }

    @Test("waits for the disk as one state, the newest")
    func backlog() {
        var backlog = StateBacklog()
        backlog.add(StoredFiring(seenSeconds: 1, alerts: [Self.alert(1)]))
        let batch = backlog.take()
        #expect(backlog.isEmpty && batch.firing?.seenSeconds == 1)
        backlog.takeBack(batch)
        #expect(backlog.take().firing?.seenSeconds == 1)
        backlog.add(StoredFiring(seenSeconds: 2, alerts: []))
        backlog.takeBack(batch)
        #expect(backlog.take().firing?.seenSeconds == 2, "what came meanwhile counts")
    }

    @Test("what fires is stored with each change and once a minute, and nothing once")
    func due() {
        var record = FiringRecord()
        #expect(record.takes(isEmpty: true, at: 0) == true)
        #expect(record.takes(isEmpty: true, at: 100) == false)
        record.isDue = true
        #expect(record.takes(isEmpty: false, at: 101) == true)
        #expect(record.takes(isEmpty: false, at: 160) == false)
        #expect(record.takes(isEmpty: false, at: 161) == true)
        record.isDue = true
        #expect(record.takes(isEmpty: true, at: 162) == true)
        #expect(record.takes(isEmpty: true, at: 300) == false)
    }
}
