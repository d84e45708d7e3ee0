import AnomalyDetect
import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

/// A minute in November 2026, at the beginning of an hour.
let someMinute: Int64 = 29_900_640

/// A summary that tells which series and minute it is of.
func summary(_ number: Int, _ minute: Int64) -> MinuteSummary {
    let value = Float(number) + Float(minute % 60) / 64
    return MinuteSummary(
        count: Float(number), mean: value, p50: value, p95: 2 * value, p99: 4 * value, standardDeviation: 0.5)
}

func series(_ number: Int) -> StateSeries {
    StateSeries(name: "latency_seconds", labels: ["number": "\(number)"], unit: .seconds)
}

extension StateDatabase {
    /// Records one minute of series 0 to `count` - 1.
    @discardableResult
    func record(_ minute: Int64, count: Int) throws -> Int {
        try transaction { () throws(DatabaseError) in
            try record(minute: minute, summaries: (0..<count).map { (series($0), summary($0, minute)) })
        }
    }

    func id(_ number: Int) throws -> Int64 {
        try #require(try transaction { () throws(DatabaseError) in try id(of: series(number), at: 0) })
    }
}

@Suite("The state database")
struct StateDatabaseTests {
    private let folder = TemporaryFolder()

    private func open(_ settings: StateSettings = StateSettings()) throws -> StateDatabase {
        try StateDatabase(folder: folder.path, settings: settings, unixSeconds: 1_794_000_000)
    }

    @Test("keeps series, minutes, baselines and alerts across a restart")
    func restart() throws {
        let alert = StoredAlert(
            id: "a1", labels: ["alertname": "LatencyAbnormal", "zone": "a\"b\\\n"], annotations: "{\"why\":\"swap\"}",
            level: .critical, beginSeconds: 100.5, endSeconds: nil, peak: 1.25)
        var database: StateDatabase? = try open()
        for minute in someMinute..<someMinute + 3 { try database?.record(minute, count: 2) }
        let id = try #require(try database?.id(1))
        try database?.transaction { () throws(DatabaseError) in
            _ = try database?.store(
                StoredBaseline(statistic: "p99", asOfMinute: someMinute + 1, state: [0, 1, 255]), of: id)
            _ = try database?.record(alert)
        }
        database = nil
        let again = try open()
        #expect(again.notices == [])
        #expect(try again.storedSeries().map(\.series) == [series(0), series(1)])
        #expect(try again.storedSeries().map(\.firstMinute) == [someMinute, someMinute])
        #expect(
            try again.baselines(of: id)
                == [StoredBaseline(statistic: "p99", asOfMinute: someMinute + 1, state: [0, 1, 255])])
        #expect(try again.alerts(since: 1e9) == [alert])
        let minutes = try again.minutes(of: id, after: someMinute)
        #expect(minutes.map(\.minute) == [someMinute + 1, someMinute + 2])
        #expect(minutes.map(\.summary) == [summary(1, someMinute + 1), summary(1, someMinute + 2)])
    }

    @Test(
        "gives minutes that were packed back in their order, rounded to 12 bits, beside those of the hour in progress")
    func folding() throws {
        let database = try open()
        for minute in someMinute..<someMinute + 130 { try database.record(minute, count: 3) }
        #expect(try database.database.integer("SELECT count(*) FROM minutes") == 10)
        #expect(try database.database.integer("SELECT count(*) FROM hours") == 6)
        let minutes = try database.minutes(of: try database.id(2), after: someMinute + 4, through: someMinute + 125)
        #expect(minutes.map(\.minute) == Array(someMinute + 5...someMinute + 125))
        for (minute, found) in minutes {
            let wanted = summary(2, minute)
            #expect(found.count == 2 && abs(found.p99 / wanted.p99 - 1) < 2.5e-4, "\(minute)")
        }
        #expect(try database.storedSeries().map(\.lastMinute) == [Int64](repeating: someMinute + 119, count: 3))
        var replayed: [Int64] = []
        try database.replay(after: someMinute + 4, through: someMinute + 125) { id, minute, _ in
            if id == 3 { replayed.append(minute) }
        }
        #expect(replayed == minutes.map(\.minute))
    }

    @Test("of a minute that comes twice the later summary of each series counts, and no series is lost")
    func duplicates() throws {
        let database = try open()
        try database.record(someMinute, count: 3)
        try database.transaction { () throws(DatabaseError) in
            _ = try database.record(minute: someMinute, summaries: [(series(1), summary(7, someMinute))])
        }
        for number in 0..<3 {
            let wanted = summary(number == 1 ? 7 : number, someMinute)
            #expect(try database.minutes(of: try database.id(number)).map(\.summary) == [wanted])
        }
    }

    @Test("a clock that is set back by hours costs nothing that was stored")
    func clockBack() throws {
        let database = try open()
        for minute in someMinute..<someMinute + 120 { try database.record(minute, count: 2) }
        // Only series 0, half an hour of the first hour again, then on from there.
        for minute in someMinute + 30..<someMinute + 61 { try database.record(minute, count: 1) }
        let all = Array(someMinute..<someMinute + 120)
        #expect(try database.minutes(of: try database.id(0)).map(\.minute) == all)
        #expect(try database.minutes(of: try database.id(1)).map(\.minute) == all)
    }

    @Test("minutes before 1970 and beyond the calendar are dropped", arguments: [-1, Int64.min, Int64.max])
    func impossibleMinutes(_ minute: Int64) throws {
        let database = try open()
        #expect(try database.record(minute, count: 2) == 2)
        #expect(try database.storedSeries().isEmpty)
        #expect(try database.minutes(of: 1, after: .min, through: .max).isEmpty)
    }

    @Test("what is too long is refused, and the rest is kept")
    func tooLong() throws {
        let database = try open()
        let long = StoredBaseline(
            statistic: "p50", asOfMinute: 1, state: [UInt8](repeating: 1, count: StateLimits.baselineBytesMax + 1))
        let alert = StoredAlert(
            id: "a", labels: [:], annotations: String(repeating: "x", count: StateLimits.alertBytesMax + 1),
            level: .info, beginSeconds: 1)
        let batch = StateBatch(
            minutes: [.init(minute: someMinute, summaries: [(series(0), summary(0, someMinute))])],
            baselines: [.init(series: series(0), statistic: "p50"): long], alerts: ["a": alert])
        #expect(try database.write(batch) == [.summary: 0, .baseline: 1, .alert: 1])
        #expect(try database.minutes(of: try database.id(0)).count == 1)
    }

    @Test("a transaction that fails leaves nothing, and ids that it gave are not used again for others")
    func rollback() throws {
        let database = try open()
        #expect(throws: StateError.self) {
            try database.transaction { () throws(DatabaseError) in
                _ = try database.record(minute: someMinute, summaries: [(series(0), summary(0, someMinute))])
                try database.database.execute("no SQL")
            }
        }
        #expect(try database.storedSeries().isEmpty)
        try database.record(someMinute, count: 2)
        #expect(try database.storedSeries().map(\.series) == [series(0), series(1)])
    }

    @Test("a second daemon on the folder is refused, by the folder's name and the process that has it")
    func twoDaemons() throws {
        let first = try open()
        let error = try #require(throws: StateError.self) { try open() }
        #expect(error == .taken(folder: folder.path, process: getpid()))
        #expect(error.isRefusal)
        #expect("\(error)".contains(folder.path) && "\(error)".contains("process id \(getpid())"))
        _ = first.folder
    }

    @Test("a lock file that a dead process left behind keeps nobody out")
    func staleLock() throws {
        folder.write(Array("4194304\n".utf8), to: "latencyd.lock")
        #expect(throws: Never.self) { try open() }
    }

    @Test("a folder that cannot be made is no refusal: the daemon works in memory")
    func noFolder() throws {
        let error = try #require(throws: StateError.self) {
            try StateDatabase(folder: "/proc/nowhere/state", unixSeconds: 0)
        }
        #expect(!error.isRefusal && "\(error)".contains("/proc/nowhere/state"))
    }
}
