import AnomalyDetect
import Collectors
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("Keeping what was learned from history")
struct LearnStoreTests {
    private static let now = 1_795_400_000.0
    private static let hour = Int64(now) / 3_600 - 24
    private let folder = TemporaryFolder()

    private static func key(_ statistic: Statistic, _ model: String = "a") -> TimingStatistic {
        TimingStatistic(timing: "x_seconds", labels: ["model": model], statistic: statistic)
    }

    private func store(replaces: Bool = false) throws(StateError) -> LearnStore {
        try LearnStore(
            folder: folder.path, settings: StateSettings(), replaces: replaces, unixSeconds: Self.now)
    }

    /// Of an hour, a value each minute from `first` on.
    private static func piece(_ statistic: Statistic, _ value: Double, minutes: Range<Int64>) -> LearnPiece {
        LearnPiece(
            key: key(statistic), times: minutes.map { (hour * 60 + $0) * 60 }, values: minutes.map { _ in value })
    }

    private func minutes() throws -> [(minute: Int64, summary: MinuteSummary)] {
        let database = try StateDatabase(folder: folder.path, unixSeconds: Self.now)
        let series = try #require(try database.storedSeries().first)
        #expect(series.series == StateSeries(name: "x_seconds", labels: ["model": "a"], unit: .seconds))
        return try database.minutes(of: series.id)
    }

    @Test("Statistics of a minute come together, over hours, and a rate becomes a count")
    func together() throws {
        do {
            let store = try store()
            try store.add(Self.piece(.p99, 3, minutes: 50..<70))
            try store.add(Self.piece(.p50, 1, minutes: 50..<70))
            try store.add(Self.piece(.rate, 2, minutes: 60..<61))
        }
        let found = try minutes()
        #expect(found.map(\.minute) == (50..<70).map { Self.hour * 60 + $0 })
        #expect(found[0].summary == MinuteSummary(p50: 1, p99: 3))
        #expect(found[10].summary == MinuteSummary(count: 120, p50: 1, p99: 3))
    }

    @Test("What the daemon counted itself stays, unless it is to be replaced", arguments: [false, true])
    func own(_ replaces: Bool) throws {
        do {
            let database = try StateDatabase(folder: folder.path, unixSeconds: Self.now)
            let series = StateSeries(name: "x_seconds", labels: ["model": "a"], unit: .seconds)
            _ = try database.write(
                StateBatch(minutes: [
                    StateBatch.Minute(
                        minute: Self.hour * 60, summaries: [(series, MinuteSummary(count: 7, p99: 0.5))]),
                    // A later hour, so that the first one is packed.
                    StateBatch.Minute(minute: Self.hour * 60 + 600, summaries: []),
                ]))
        }
        do { try store(replaces: replaces).add(Self.piece(.p99, 4, minutes: 0..<2)) }
        let found = try minutes()
        #expect(found.map(\.summary.p99) == [replaces ? 4 : 0.5, 4])
        #expect(found[0].summary.count == 7)
    }

    @Test("Minutes that would be forgotten at once, or are still to come, are not kept")
    func old() throws {
        do {
            let store = try store()
            let old = Int64(Self.now) - 36 * 86_400
            try store.add(
                LearnPiece(
                    key: Self.key(.p99), times: [old, Self.hour * 3_600, Int64(Self.now) + 3_600], values: [1, 2, 3]))
        }
        #expect(try minutes().map(\.minute) == [Self.hour * 60])
    }

    @Test("A baseline is known from then on, by its statistic, and lives on though its history is old")
    func known() throws {
        var learned = LearnedHistory(offset: { _ in 0 }, settings: { _ in BaselineSettings() })
        learned.learn(LearnPiece(key: Self.key(.p99), times: [60, 120], values: [1, 2]))
        do {
            let store = try store()
            #expect(!store.isKept(Self.key(.p99)))
            #expect(try store.finish(learned.series) == 0)
        }
        do {
            let store = try store()
            #expect(store.isKept(Self.key(.p99)))
            #expect(!store.isKept(Self.key(.p50)) && !store.isKept(Self.key(.p99, "b")))
        }
        #expect(try !store(replaces: true).isKept(Self.key(.p99)))
        let database = try StateDatabase(folder: folder.path, unixSeconds: Self.now)
        for _ in 0..<5 { try database.prune(at: Int64(Self.now) / 60) }
        let series = try #require(try database.storedSeries().first)
        let baseline = try #require(try database.baselines(of: series.id).first)
        #expect(baseline.asOfMinute == 2 && baseline.statistic == "p99")
        #expect(
            Baseline(decoding: baseline.state, settings: BaselineSettings())?.state == learned.series[0].baseline.state)
    }

    @Test("A folder in use is refused with what to do")
    func taken() throws {
        let first = try store()
        defer { withExtendedLifetime(first) {} }
        #expect {
            _ = try store()
        } throws: {
            LearnSession.description(of: $0 as! StateError).contains("is running with the state folder")
        }
    }

    @Test("Rows of one minute in a file are their mean")
    func file() throws {
        let file = folder.write(
            Array("timestamp,value\n60,1\n70.5,3\n119,\n120,5\n300,7\n".utf8), to: "a.csv")
        let pieces = try LearnSource.file(file, Self.key(.p99), scale: 10).filePieces()
        #expect(pieces == [LearnPiece(key: Self.key(.p99), times: [60, 120, 300], values: [20, 50, 70])])
    }

    @Test("The table has a line a series, in order, and counts what is too much")
    func table() {
        let line = { (model: String, isKept: Bool) in
            LearnTable.Line(key: Self.key(.p99, model), pointCount: 5, days: 1.25, state: "daily", isKept: isKept)
        }
        #expect(
            LearnTable.render([line("b", true), line("a\u{1B}", false)]) == """
                series                     minutes  days  state
                x_seconds{model="a?"} p99        5   1.3  daily
                x_seconds{model="b"} p99         5   1.3  left as it is: known already
                """)
        let many = LearnTable.render((0..<50).map { line("\($0)", false) }).split(separator: "\n")
        #expect(many.count == 42 && many.last == "and 10 more")
    }
}
