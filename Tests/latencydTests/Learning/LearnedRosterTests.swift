import Telemetry
import Testing

@testable import latencyd

@Suite("The choice of learned series")
struct LearnedRosterTests {
    private static func key(_ name: String) -> TimingKey { TimingKey(timing: name, labels: [:]) }

    private static func minute(
        _ roster: inout LearnedRoster, _ minute: Int64, _ counts: KeyValuePairs<String, Double>
    ) -> LearnedRoster.Change {
        roster.endMinute(minute, counts.map { (key($0.key), $0.value) })
    }

    private static func names(_ roster: LearnedRoster) -> [String] { roster.learned.keys.map(\.timing).sorted() }

    @Test("the busiest are learned at once while there is room, and the rest is counted")
    func room() {
        var roster = LearnedRoster(seriesMax: 2)
        let change = Self.minute(&roster, 1, ["a": 5, "b": 50, "c": 500, "silent": 0])
        #expect(change.joined.map(\.timing) == ["c", "b"])
        #expect(roster.candidates.keys.map(\.timing) == ["a"])
    }

    @Test("a series that is busier for less than an hour, or less than twice as busy, takes no place")
    func stable() {
        var roster = LearnedRoster(seriesMax: 1)
        _ = Self.minute(&roster, 0, ["a": 100])
        for minute in 1...500 as ClosedRange<Int64> {
            let burst = minute % 100 < 40
            let change = Self.minute(&roster, minute, ["a": 100, "b": 190, "burst": burst ? 400 : 0])
            #expect(change == LearnedRoster.Change(), "minute \(minute)")
        }
        #expect(Self.names(roster) == ["a"])
    }

    @Test("one that is more than twice as busy for an hour takes the place of the least busy")
    func displaced() {
        var roster = LearnedRoster(seriesMax: 2)
        var displacedAt: Int64?
        for minute in 0...300 as ClosedRange<Int64> {
            let change =
                minute < 100
                ? Self.minute(&roster, minute, ["a": 100, "b": 50])
                : Self.minute(&roster, minute, ["a": 100, "b": 50, "c": 150])
            if change.left.map(\.timing) == ["b"] { displacedAt = minute }
        }
        #expect(displacedAt == 160)
        #expect(Self.names(roster) == ["a", "c"])
    }

    @Test("one that was silent for a day gives its place to any, and without another it stays")
    func silent() {
        var roster = LearnedRoster(seriesMax: 1)
        _ = Self.minute(&roster, 0, ["a": 100])
        for minute in 1...2_000 as ClosedRange<Int64> { _ = Self.minute(&roster, minute, [:]) }
        #expect(Self.names(roster) == ["a"])
        let change = Self.minute(&roster, 2_001, ["b": 1])
        #expect(change.joined.map(\.timing) == ["b"])
        #expect(Self.names(roster) == ["b"])
        for minute in 2_002...2_002 + LearnedRoster.forgottenMinutes { _ = Self.minute(&roster, minute, [:]) }
        #expect(roster.learned.isEmpty)
    }

    @Test("however many series there are, no more are learned, and no more change places in a minute than may")
    func bounded() {
        var roster = LearnedRoster(seriesMax: 20)
        _ = roster.endMinute(0, (0..<20).map { (Self.key("old\($0)"), 1) })
        var changed = 0
        for minute in 1...200 as ClosedRange<Int64> {
            let change = roster.endMinute(
                minute, (0..<20).map { (Self.key("old\($0)"), 1) } + (0..<300).map { (Self.key("new\($0)"), 100) })
            #expect(roster.learned.count == 20)
            #expect(change.left.count <= LearnedRoster.displacedPerMinute)
            #expect(change.left.count == change.joined.count)
            changed += change.left.count
        }
        #expect(changed == 20)
    }

    @Test("a smaller limit keeps the busiest, other patterns only what they match")
    func reload() {
        var roster = LearnedRoster(seriesMax: 3)
        _ = Self.minute(&roster, 0, ["a": 1, "b": 2, "c": 3])
        let smaller = roster.apply(seriesMax: 2) { _ in true }
        #expect(smaller.left.map(\.timing) == ["a"])
        let others = roster.apply(seriesMax: 2) { $0.timing != "c" }
        #expect(others.left.map(\.timing) == ["c"])
        #expect(Self.names(roster) == ["b"])
    }
}
