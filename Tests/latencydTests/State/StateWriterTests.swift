import AnomalyDetect
import Glibc
import Logging
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

/// Keeps the lines of a log.
final class LogLines: Sendable {
    private let lines = Locked<[String]>([])

    struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.level): \(event.message)") } }
    }

    var all: [String] { lines.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}

@Suite("The state writer")
struct StateWriterTests {
    private let folder = TemporaryFolder()
    private let lines = LogLines()

    private func writer(_ path: String? = nil, _ settings: StateSettings = StateSettings()) throws -> StateWriter {
        try #require(StateWriter(folder: path ?? folder.path, settings: settings, log: lines.logger))
    }

    private func value(_ writer: StateWriter, _ descriptor: MetricDescriptor, _ kind: StateDrop? = nil) -> Double? {
        let labels: LabelSet = kind.map { ["kind": $0.rawValue] } ?? [:]
        let family = writer.families.first { $0.descriptor == descriptor }
        guard case .number(let number) = family?.samples.first(where: { $0.labels == labels })?.value else {
            return nil
        }
        return number
    }

    @Test("writes what it is handed on its own thread, and the rest at its end")
    func writes() throws {
        let first = try writer()
        var loads = 0
        try first.open { _ throws(DatabaseError) in loads += 1 }
        try first.start()
        first.store(StoredBaseline(statistic: "p99", asOfMinute: someMinute, state: [5]), of: series(0))
        first.record(minute: someMinute, summaries: [(series(0), summary(0, someMinute))])
        #expect(eventually { value(first, StateMetrics.writes) == 1 })
        #expect(value(first, StateMetrics.working) == 1)
        #expect(value(first, StateMetrics.series) == 1)
        #expect(try #require(value(first, StateMetrics.size)) > 4_096)
        #expect(first.read { database throws(DatabaseError) in try database.minutes(of: 1).count } == 1)
        first.record(minute: someMinute + 1, summaries: [(series(0), summary(0, someMinute))])
        first.store(StoredBaseline(statistic: "p50", asOfMinute: someMinute + 1, state: [6]), of: series(0))
        first.stop()
        #expect(lines.all == [])

        let second = try writer()
        try second.open { database throws(DatabaseError) in
            loads += 1
            #expect(try database.minutes(of: 1).map(\.minute) == [someMinute, someMinute + 1])
            #expect(try database.baselines(of: 1).map(\.state) == [[6], [5]])
        }
        #expect(loads == 2)
        second.stop()
    }

    @Test("a folder that cannot be used is told once, and everything goes on; when it can, what waited is written")
    func noFolder() throws {
        folder.write([1], to: "blocked")
        let writer = try writer("\(folder.path)/blocked/state")
        try writer.open { _ throws(DatabaseError) in Issue.record("nothing is there") }
        try writer.start()
        for minute in 0..<5 {
            writer.record(minute: someMinute + Int64(minute), summaries: [(series(0), summary(0, someMinute))])
        }
        #expect(value(writer, StateMetrics.working) == 0)
        unlink("\(folder.path)/blocked")
        writer.stop()
        #expect(lines.all.count == 2, "\(lines.all)")
        #expect(try #require(lines.all.first).contains("blocked/state") && lines.all[1].contains("kept again"))
        #expect(value(writer, StateMetrics.failures) == 1 && value(writer, StateMetrics.writes) == 1)
        let database = try StateDatabase(folder: "\(folder.path)/blocked/state", unixSeconds: 0)
        #expect(try database.minutes(of: 1).count == 5)
    }

    @Test("a second daemon is refused")
    func refusal() throws {
        let database = try StateDatabase(folder: folder.path, unixSeconds: 0)
        #expect(throws: StateError.taken(folder: folder.path, process: getpid())) { try writer().open() }
        _ = database.folder
    }

    @Test("a database that is damaged or taken away while it is in use is begun anew, which is told")
    func damagedInUse() throws {
        let writer = try writer()
        try writer.open()
        try writer.start()
        writer.record(minute: someMinute, summaries: [(series(0), summary(0, someMinute))])
        #expect(eventually { value(writer, StateMetrics.writes) == 1 })
        _ = writer.read { database throws(DatabaseError) in try database.database.emptyLog() }
        // What the connection remembers of the file is void once another one has changed it.
        let path = "\(folder.path)/state.db"
        try Database(path: path).execute("CREATE TABLE other (x)")
        let file = try #require(fopen(path, "r+"))
        var garbage = [UInt8](repeating: 0x5A, count: 4_096 * 12)
        fseek(file, 4_096, SEEK_SET)
        fwrite(&garbage, 1, garbage.count, file)
        fclose(file)
        for minute in Int64(1)...2 {
            writer.record(minute: someMinute + minute, summaries: [(series(0), summary(0, someMinute))])
            #expect(eventually { value(writer, StateMetrics.writes) == Double(minute + 1) })
        }
        #expect(value(writer, StateMetrics.rebuilds) == 1)
        #expect(lines.all.contains { $0.contains("is damaged") && $0.contains("is kept as") }, "\(lines.all)")

        unlink(path)
        writer.record(minute: someMinute + 3, summaries: [(series(0), summary(0, someMinute))])
        #expect(eventually { value(writer, StateMetrics.writes) == 4 })
        #expect(lines.all.contains { $0.contains("removed or replaced") })
        writer.stop()
        let database = try StateDatabase(folder: folder.path, unixSeconds: 0)
        #expect(try database.minutes(of: 1).map(\.minute) == [someMinute + 3])
    }

    @Test("a full disk is told once, what comes last waits, and nothing of what was written is lost")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            let lines = LogLines()
            let writer = try #require(
                StateWriter(folder: folder.path, settings: StateSettings(), log: lines.logger))
            try writer.open()
            func record(_ minute: Int64) {
                writer.record(minute: minute, summaries: (0..<300).map { (series($0), summary($0, minute)) })
            }
            func number(_ descriptor: MetricDescriptor) -> Double? {
                guard
                    case .number(let number) = writer.families.first(where: { $0.descriptor == descriptor })?.samples[0]
                        .value
                else { return nil }
                return number
            }
            try writer.start()
            record(someMinute)
            #expect(eventually { number(StateMetrics.writes) == 1 })
            // No file may grow beyond this: a disk that is nearly full. The kernel's signal would end the process.
            signal(SIGXFSZ, SIG_IGN)
            var limits = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
            limits.rlim_cur = 200_000
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
            for minute in Int64(1)..<100 { record(someMinute + minute) }
            #expect(eventually { number(StateMetrics.working) == 0 && !lines.all.isEmpty })
            #expect(lines.all.count == 1 && lines.all[0].contains("the state is not kept"), "\(lines.all)")
            limits.rlim_cur = limits.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
            writer.stop()
            // The thread of a machine that is short of time goes on after `stop` has ceased to wait for it.
            var reopened: StateDatabase?
            #expect(
                eventually(withinSeconds: 120) {
                    reopened = try? StateDatabase(folder: folder.path, unixSeconds: 0)
                    return reopened != nil
                })
            let minutes = try #require(reopened).minutes(of: 7).map(\.minute)
            #expect(minutes.first == someMinute && minutes.last == someMinute + 99 && minutes.count >= 61)
        }
    }

    @Test("killed at any moment, it loses no minute that was written, and the database is whole", arguments: 0..<6)
    func killed(_ round: Int) async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String, round = round as Int] in
            let database = try StateDatabase(folder: path, unixSeconds: 0)
            let file = open("\(path)/committed", O_WRONLY | O_CREAT, 0o600)
            // Between two minutes or in the middle of one, of its packing, or of a checkpoint.
            _ = try DaemonThread(name: "killer") {
                usleep(UInt32(20_000 + round * 70_003))
                kill(getpid(), SIGKILL)
            }
            for minute in someMinute... {
                let state = [UInt8](repeating: UInt8(minute % 256), count: 20_000)
                let batch = StateBatch(
                    minutes: [.init(minute: minute, summaries: (0..<50).map { (series($0), summary($0, minute)) })],
                    baselines: [
                        .init(series: series(0), statistic: "p99"): StoredBaseline(
                            statistic: "p99", asOfMinute: minute, state: state)
                    ])
                _ = try database.write(batch)
                try database.prune(at: minute)
                var committed = minute
                pwrite(file, &committed, 8, 0)
            }
        }
        let file = open("\(folder.path)/committed", O_RDONLY)
        defer { close(file) }
        var committed: Int64 = someMinute - 1
        _ = pread(file, &committed, 8, 0)

        let database = try StateDatabase(folder: folder.path, unixSeconds: 0)
        #expect(!database.isRebuilt && database.notices.isEmpty)
        #expect(try database.database.problem(withinSeconds: 10) == nil)
        guard committed >= someMinute else { return }
        let minutes = try database.minutes(of: 1).map(\.minute)
        let last = try #require(minutes.last)
        #expect(minutes == Array(someMinute...last) && (committed...committed + 1).contains(last))
        let baseline = try #require(try database.baselines(of: 1).first)
        #expect(baseline.asOfMinute == last)
        #expect(baseline.state == [UInt8](repeating: UInt8(last % 256), count: 20_000))
    }
}
