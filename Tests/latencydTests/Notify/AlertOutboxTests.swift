import Exporter
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("What an Alertmanager is still to be told")
struct AlertOutboxTests {
    private static let epoch = 1_788_134_400.0

    private func alert(_ name: String, _ severity: String = "warning", since: Double = 0) -> OutgoingAlert {
        OutgoingAlert(
            labels: ["alertname": name, "severity": severity], annotations: [:], beginSeconds: Self.epoch + since)
    }

    /// `NAME/SEVERITY`, with a minus before those that have ended.
    private func told(_ outbox: inout AlertOutbox, at now: Double) -> [String]? {
        outbox.next(at: now, unixSeconds: Self.epoch + now)?.map { alert, end in
            let hasEnded = end <= Self.epoch + now
            return "\(hasEnded ? "-" : "")\(alert.labels["alertname"] ?? "")/\(alert.labels["severity"] ?? "")"
        }
    }

    private func take(_ outbox: inout AlertOutbox, _ alerts: [OutgoingAlert], at now: Double) {
        outbox.take(alerts, unixSeconds: Self.epoch + now)
    }

    @Test("what fires is told at once, again before it would be forgotten, and once it has ended")
    func life() {
        var outbox = AlertOutbox()
        #expect(told(&outbox, at: 0) == nil)
        #expect(outbox.seconds(at: 0) == .infinity)
        take(&outbox, [alert("a")], at: 1)
        #expect(outbox.seconds(at: 1) == 0)
        #expect(told(&outbox, at: 1) == ["a/warning"])
        outbox.accepted(at: 1)
        take(&outbox, [alert("a")], at: 11)
        #expect(told(&outbox, at: 11) == nil)
        #expect(outbox.seconds(at: 11) == AlertOutbox.againSeconds - 10)
        #expect(told(&outbox, at: 1 + AlertOutbox.againSeconds) == ["a/warning"])
        #expect(AlertOutbox.believedSeconds > 2 * AlertOutbox.againSeconds)
        outbox.accepted(at: 61)
        take(&outbox, [], at: 70)
        #expect(outbox.waitingCount == 1)
        #expect(told(&outbox, at: 70) == ["-a/warning"])
        outbox.accepted(at: 70)
        // Told again for a while, then forgotten.
        #expect(told(&outbox, at: 135) == ["-a/warning"])
        outbox.accepted(at: 135)
        #expect(told(&outbox, at: 71 + AlertOutbox.endToldSeconds) == nil)
        #expect(outbox.seconds(at: 1_000) == .infinity)
    }

    @Test("an alert is believed for as long as its end says")
    func end() {
        var outbox = AlertOutbox()
        take(&outbox, [alert("a")], at: 5)
        let batch = outbox.next(at: 5, unixSeconds: Self.epoch + 5)
        #expect(batch?.map(\.endSeconds) == [Self.epoch + 5 + AlertOutbox.believedSeconds])
    }

    @Test("when the level changes, one message ends the old and begins the new")
    func level() {
        var outbox = AlertOutbox()
        take(&outbox, [alert("a"), alert("b")], at: 0)
        _ = told(&outbox, at: 0)
        outbox.accepted(at: 0)
        take(&outbox, [alert("a", "critical"), alert("b")], at: 10)
        #expect(told(&outbox, at: 10) == ["-a/warning", "a/critical"])
    }

    @Test("a change of level is never told in two messages, however many there are")
    func batches() {
        let names = (0..<200).map { "n\($0)" }
        var outbox = AlertOutbox()
        take(&outbox, names.map { alert($0) }, at: 0)
        while told(&outbox, at: 0) != nil { outbox.accepted(at: 0) }
        take(&outbox, names.map { alert($0, "critical") }, at: 10)
        var all: [String] = []
        while let batch = told(&outbox, at: 10) {
            #expect(batch.count <= AlertOutbox.batchMax)
            for name in names where batch.contains("\(name)/critical") { #expect(batch.contains("-\(name)/warning")) }
            all += batch
            outbox.accepted(at: 10)
        }
        #expect(all.count == 400 && Set(all).count == 400)
    }

    @Test("while nobody listens nothing piles up, and afterwards nothing is missing")
    func outage() {
        var outbox = AlertOutbox()
        var now = 0.0
        for round in 0..<200 {
            // Comes and goes, and its level too.
            take(&outbox, round % 3 == 2 ? [] : [alert("a", round % 3 == 0 ? "warning" : "critical")], at: now)
            if told(&outbox, at: now) != nil { outbox.failed(at: now, chance: 0.5) }
            now += 10
        }
        #expect(outbox.waitingCount == 2)
        take(&outbox, [alert("a")], at: now)
        now += 100
        #expect(told(&outbox, at: now) == ["-a/critical", "a/warning"])
        #expect(outbox.droppedCount == 0)
    }

    @Test("tries grow rarer, up to a minute")
    func backoff() {
        var outbox = AlertOutbox()
        take(&outbox, [alert("a")], at: 0)
        var now = 0.0
        var waits: [Double] = []
        for _ in 0..<10 {
            #expect(told(&outbox, at: now) == ["a/warning"])
            outbox.failed(at: now, chance: 0.5)
            let wait = outbox.seconds(at: now)
            #expect(told(&outbox, at: now + wait - 0.01) == nil)
            waits.append(wait)
            now += wait
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
        _ = told(&outbox, at: now)
        outbox.accepted(at: now)
        take(&outbox, [], at: now)
        _ = told(&outbox, at: now)
        outbox.failed(at: now, chance: 0.5)
        #expect(outbox.seconds(at: now) == 1)
    }

    @Test("what is refused is not said again until it changes")
    func refused() {
        var outbox = AlertOutbox()
        take(&outbox, [alert("a")], at: 0)
        _ = told(&outbox, at: 0)
        outbox.refused(at: 0)
        #expect(outbox.droppedCount == 1)
        #expect(told(&outbox, at: 1) == nil)
        take(&outbox, [], at: 2)
        #expect(told(&outbox, at: 2) == ["-a/warning"])
    }

    @Test("what ends while it is being told is told to have ended")
    func underWay() {
        var outbox = AlertOutbox()
        take(&outbox, [alert("a")], at: 0)
        _ = told(&outbox, at: 0)
        take(&outbox, [], at: 1)
        outbox.accepted(at: 2)
        #expect(told(&outbox, at: 2) == ["-a/warning"])
    }

    @Test("is bounded: what has ended makes room, and what finds none is counted")
    func room() {
        var outbox = AlertOutbox()
        let max = AlertOutbox.alertsMax
        take(&outbox, (0..<max).map { alert("n\($0)") }, at: 0)
        take(&outbox, (1..<max + 3).map { alert("n\($0)") }, at: 1)
        #expect(outbox.waitingCount == max)
        #expect(outbox.droppedCount == 3)
    }
}
