import AnomalyDetect
import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("The size of the state database")
struct StateSizeTests {
    private let folder = TemporaryFolder()

    private func open(_ settings: StateSettings) throws -> StateDatabase {
        try StateDatabase(folder: folder.path, settings: settings, unixSeconds: 0)
    }

    private func fileBytes() -> Int64 {
        ["state.db", "state.db-wal"].reduce(0) { sum, name in
            var status = stat()
            return stat("\(folder.path)/\(name)", &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }

    /// Numbers that do not compress, so that the limit is met soon.
    private func noise(_ count: Int, _ random: inout SeededGenerator) -> [(series: StateSeries, summary: MinuteSummary)]
    {
        (0..<count).map { number in
            var summary = MinuteSummary()
            for field in 0..<6 { summary[field] = Float(random.logNormal(median: 1, sigma: 5)) }
            return (series(number), summary)
        }
    }

    @Test("stays below storage.max_size: the oldest hours go, what came last stays")
    func maxSize() throws {
        let settings = StateSettings(maxSizeBytes: 12 << 20)
        let database = try open(settings)
        var random = SeededGenerator(seed: 8)
        var largest: Int64 = 0
        for step in 0..<Int64(250) {
            let minute = someMinute + step * 20
            try database.transaction { () throws(DatabaseError) in
                _ = try database.record(minute: minute, summaries: noise(1_500, &random))
            }
            try database.prune(at: minute)
            largest = max(largest, fileBytes())
        }
        #expect(largest <= Int64(settings.maxSizeBytes))
        #expect(database.database.fileBytes == fileBytes())
        let minutes = try database.minutes(of: try database.id(5)).map(\.minute)
        #expect(try #require(minutes.first) > someMinute && minutes.last == someMinute + 249 * 20)
        #expect(zip(minutes, minutes.dropFirst()).allSatisfy { $1 - $0 == 20 })
    }

    @Test("shrinks when storage.max_size was lowered")
    func lowered() throws {
        var random = SeededGenerator(seed: 8)
        do {
            let database = try open(StateSettings())
            for step in 0..<Int64(250) {
                try database.transaction { () throws(DatabaseError) in
                    _ = try database.record(minute: someMinute + step * 20, summaries: noise(1_500, &random))
                }
            }
        }
        #expect(fileBytes() > 12 << 20)
        do {
            let database = try open(StateSettings(maxSizeBytes: 12 << 20))
            try database.prune(at: someMinute + 5_000)
            try database.database.emptyLog()
            #expect(fileBytes() < 12 << 20)
        }
    }

    @Test("where it cannot grow that is told as such, nothing is lost, and it goes on when there is room")
    func full() throws {
        let database = try open(StateSettings())
        var random = SeededGenerator(seed: 8)
        try database.record(someMinute, count: 3)
        try database.database.setPagesMax(1)
        let minute = someMinute + 1
        let batch = StateBatch(minutes: [.init(minute: minute, summaries: noise(1_000, &random))])
        let error = try #require(throws: StateError.self) { try database.write(batch) }
        guard case .database(let cause) = error else { throw error }
        #expect(cause.kind == .full && "\(error)".contains("cannot grow"))
        #expect(try database.minutes(of: 1).map(\.minute) == [someMinute])
        try database.limitSize()
        #expect(try database.write(batch) == [.summary: 0])
        #expect(try database.minutes(of: 1).map(\.minute) == [someMinute, minute])
    }

    @Test("what is older than the retention goes, some hours a minute, and so do its series, baselines and alerts")
    func retention() throws {
        let database = try open(StateSettings(retentionMinutes: 24 * 60))
        try database.record(someMinute, count: 3)
        let old = try database.id(2)
        try database.transaction { () throws(DatabaseError) in
            _ = try database.store(StoredBaseline(statistic: "p50", asOfMinute: 1, state: [1]), of: old)
            for (id, end) in [("ended", 1.0), ("lasting", nil)] as [(String, Double?)] {
                _ = try database.record(
                    StoredAlert(id: id, labels: [:], annotations: "", level: .info, beginSeconds: 0, endSeconds: end))
            }
        }
        for hour in Int64(1)...30 { try database.record(someMinute + hour * 60, count: 2) }
        let now = someMinute + 30 * 60
        try database.prune(at: now)
        let after = try database.minutes(of: 1).map(\.minute)
        #expect(after.first == someMinute + Int64(StateLimits.hoursForgottenPerMinute) * 60)
        for _ in 0..<10 { try database.prune(at: now) }
        #expect(try database.minutes(of: 1).map(\.minute).first == now - 24 * 60)
        #expect(try database.storedSeries().map(\.series) == [series(0), series(1)])
        #expect(try database.baselines(of: old).isEmpty)
        #expect(try database.alerts(since: -1).map(\.id) == ["lasting"])
        // It gets a new id when it comes back.
        #expect(try database.id(2) > old)
    }

    @Test("a clock that is a year ahead for some minutes costs some of the oldest hours, no more")
    func clockAhead() throws {
        let database = try open(StateSettings())
        for hour in Int64(0)..<100 { try database.record(someMinute + hour * 60, count: 1) }
        for minute in Int64(0)..<5 {
            let wrong = someMinute + 525_600 + minute
            try database.record(wrong, count: 1)
            try database.prune(at: wrong)
        }
        let lost = 5 * StateLimits.hoursForgottenPerMinute
        #expect(try database.minutes(of: 1).count == 105 - lost)
        #expect(try database.storedSeries().count == 1)
    }
}
