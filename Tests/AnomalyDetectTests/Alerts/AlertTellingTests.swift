import AnomalyDetect
import Telemetry
import Testing

@Suite("What is told of alerts")
struct AlertTellingTests {
    /// One series under the rule of most tests, behind a mute that the test opens and shuts. A window has 10 s.
    private struct Bench {
        var fixture = AlertFixture([AlertFixture.rule()])
        var telling: AlertTelling
        var mutedLevels: Set<AlertLevel> = []
        var snapshot = AlertSnapshot()

        init(quietSeconds: Double = 0) { telling = AlertTelling(quietSeconds: quietSeconds) }

        mutating func show(_ shown: Shown) -> [String] {
            let now = AlertFixture.instant(fixture.windows)
            let changes = fixture.show(shown)
            snapshot = fixture.engine.snapshot()
            let muted = mutedLevels
            return telling.take(changes, &snapshot, at: now) { alert, _ in muted.contains(alert.level) ? 99 : nil }
                .map { "\($0.from.name)>\($0.to.name) \($0.reason.rawValue) since \(Int($0.sinceUnixSeconds))" }
        }

        /// What Alertmanagers hear.
        var heard: [String] { telling.told(snapshot).alerts.map(\.level.name) }
        var marked: [Double?] { snapshot.alerts.map(\.mutedUntilUnixSeconds) }
    }

    private static let all: Set<AlertLevel> = [.info, .warning, .critical]

    @Test("without a mute everything is told as it happens")
    func open() {
        var bench = Bench()
        #expect(bench.show(150) == ["none>warning exceeded since 0"] && bench.heard == ["warning"])
        #expect(bench.show(250) == ["warning>critical exceeded since 0"] && bench.marked == [nil])
        #expect(bench.show(150) == ["critical>warning eased since 0"])
        #expect(bench.show(50) == ["warning>none recovered since 0"] && bench.heard.isEmpty)
    }

    @Test("what begins in a window is told at its end, once, with its true beginning and level")
    func held() {
        var bench = Bench()
        bench.mutedLevels = Self.all
        #expect(bench.show(150).isEmpty && bench.heard.isEmpty && bench.marked == [99])
        #expect(bench.show(250).isEmpty && bench.show(150).isEmpty && bench.show(260).isEmpty)
        bench.mutedLevels = []
        #expect(bench.show(270) == ["none>critical exceeded since 0"] && bench.heard == ["critical"])
        #expect(bench.marked == [nil] && bench.show(270).isEmpty)
        #expect(bench.show(50) == ["critical>none recovered since 0"])
    }

    @Test("what begins and ends in a window is never told")
    func never() {
        var bench = Bench()
        bench.mutedLevels = Self.all
        #expect(bench.show(150).isEmpty && bench.show(50).isEmpty)
        bench.mutedLevels = []
        #expect(bench.show(50).isEmpty && bench.heard.isEmpty)
    }

    @Test("the end and the easing of what was told are told in a window too; a rise waits")
    func toldBefore() {
        var bench = Bench()
        _ = bench.show(150)
        bench.mutedLevels = Self.all
        #expect(bench.show(250).isEmpty && bench.heard == ["warning"] && bench.marked == [99])
        #expect(bench.show(50) == ["warning>none recovered since 0"] && bench.heard.isEmpty)
        bench.mutedLevels = []
        _ = bench.show(250)
        bench.mutedLevels = Self.all
        #expect(bench.show(150) == ["critical>warning eased since 3"] && bench.heard == ["warning"])
    }

    @Test("a mute of lower levels lets a critical alert through")
    func levels() {
        var bench = Bench()
        bench.mutedLevels = [.info, .warning]
        #expect(bench.show(150).isEmpty)
        #expect(bench.show(250) == ["none>critical exceeded since 0"])
        #expect(bench.show(150) == ["critical>warning eased since 0"], "it is less bad, which must not be kept back")
    }

    @Test("nothing is told in the quiet time after the start; what still fires after it is")
    func quiet() {
        var bench = Bench(quietSeconds: 60)
        #expect(bench.show(150).isEmpty && bench.marked == [60])
        #expect(bench.show(50).isEmpty, "what ended before was never told")
        for _ in 0..<4 { #expect(bench.show(250).isEmpty && bench.heard.isEmpty) }
        #expect(bench.show(250) == ["none>critical exceeded since 2"])
    }

    @Test("an alert that goes on from before the start is known to others, and its end is told in the quiet time")
    func resumed() {
        var bench = Bench(quietSeconds: 60)
        _ = bench.fixture.show(150)
        bench.telling = AlertTelling(quietSeconds: 60)
        #expect(bench.show(150).isEmpty && bench.heard == ["warning"] && bench.marked == [nil])
        #expect(bench.show(50) == ["warning>none recovered since 0"])
    }
}
