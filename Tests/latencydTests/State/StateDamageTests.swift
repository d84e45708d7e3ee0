import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("A state database that is not as it was left")
struct StateDamageTests {
    private let folder = TemporaryFolder()
    private var path: String { "\(folder.path)/state.db" }

    private func open(_ schema: StateSchema = .current) throws -> StateDatabase {
        try StateDatabase(folder: folder.path, schema: schema, unixSeconds: 1_794_000_000)
    }

    /// Some hours of 40 series, each with two baselines; closed.
    private func fill(hours: Int64 = 3) throws {
        let database = try open()
        for minute in stride(from: someMinute, to: someMinute + hours * 60, by: 20) {
            try database.record(minute, count: 40)
        }
        for number in 0..<40 {
            let id = try database.id(number)
            try database.transaction { () throws(DatabaseError) in
                for statistic in ["p50", "p99"] {
                    _ = try database.store(
                        StoredBaseline(
                            statistic: statistic, asOfMinute: someMinute,
                            state: [UInt8](repeating: UInt8(number), count: 3_000)), of: id)
                }
            }
        }
        try database.database.emptyLog()
    }

    private func bytes() -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 24)
        let count = fread(&buffer, 1, buffer.count, file)
        return Array(buffer.prefix(count))
    }

    private func damaged() -> [String] {
        var names: [String] = []
        guard let stream = opendir(folder.path) else { return [] }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.contains(".damaged-"), !name.hasSuffix("-wal"), !name.hasSuffix("-shm") { names.append(name) }
        }
        return names.sorted()
    }

    enum Damage: String, CaseIterable {
        case noDatabase, garbageHeader, cutInTheMiddle, garbagePages, onlyGarbage
    }

    @Test("is moved aside under the time, said aloud, and begun anew", arguments: Damage.allCases)
    func damage(_ kind: Damage) throws {
        try fill()
        var content = bytes()
        var random = SeededGenerator(seed: 3)
        func garbage(_ range: Range<Int>) {
            for place in range { content[place] = UInt8.random(in: 0...255, using: &random) }
        }
        switch kind {
        case .noDatabase: content = Array("this is a letter, not a database\n".utf8)
        case .garbageHeader: garbage(0..<100)
        case .cutInTheMiddle: content.removeLast(content.count / 2 + 100)
        case .garbagePages: garbage(8 * 4_096..<40 * 4_096)
        case .onlyGarbage: garbage(0..<content.count)
        }
        folder.write(content, to: "state.db")
        let database = try open()
        #expect(damaged() == ["state.db.damaged-2026-11-06T21-20-00Z"])
        #expect(database.isRebuilt)
        let notice = try #require(database.notices.first)
        #expect(notice.contains(path) && notice.contains("damaged-2026-11-06T21-20-00Z"), "\(notice)")
        try database.record(someMinute, count: 2)
        #expect(try database.minutes(of: try database.id(1)).count == 1)
    }

    @Test("whatever single page is garbage, nothing crashes, and the database works in the end")
    func anyPage() throws {
        try fill()
        let whole = bytes()
        var random = SeededGenerator(seed: 4)
        for page in 0..<whole.count / 4_096 {
            var content = whole
            for place in page * 4_096..<(page + 1) * 4_096 {
                content[place] = UInt8.random(in: 0...255, using: &random)
            }
            folder.write(content, to: "state.db")
            let database = try open()
            _ = try? database.storedSeries()
            _ = try? database.replay(after: 0) { _, _, _ in }
            for id in Int64(1)...40 { _ = try? database.baselines(of: id) }
            _ = try? database.minutes(of: 7)
            #expect(throws: Never.self) { try database.record(someMinute + 10_000, count: 3) }
        }
        #expect(damaged().count <= StateLimits.damagedKept)
    }

    @Test("baselines that can still be read are taken over")
    func salvage() throws {
        try fill()
        var content = bytes()
        // The last pages: hours or baselines, not the schema nor the series.
        for place in content.count - 3 * 4_096..<content.count { content[place] = 0xA5 }
        folder.write(content, to: "state.db")
        let database = try open()
        #expect(database.isRebuilt && database.notices.count == 2, "\(database.notices)")
        let stored = try database.storedSeries()
        #expect(stored.count > 20)
        let baselines = try database.baselines(of: try #require(stored.first).id)
        let number = try #require(stored.first?.series.labels["number"].flatMap { UInt8($0) })
        #expect(baselines.first?.state == [UInt8](repeating: number, count: 3_000))
    }

    @Test("of a later version is refused, and nothing of it is changed")
    func newer() throws {
        do {
            let database = try open()
            try database.database.execute("PRAGMA user_version = 7")
        }
        let before = bytes()
        let error = try #require(throws: StateError.self) { try open() }
        #expect(error == .newer(path: path, found: 7, known: StateSchema.current.version) && error.isRefusal)
        #expect("\(error)".contains("version 7") && "\(error)".contains(Version.number))
        #expect(bytes() == before)
    }

    @Test("of another program is refused, and nothing of it is changed")
    func foreign() throws {
        do {
            let other = try Database(path: path)
            try other.execute("CREATE TABLE recipes (id INTEGER)")
        }
        let before = bytes()
        let error = try #require(throws: StateError.self) { try open() }
        #expect(error == .foreign(path: path) && error.isRefusal)
        #expect(bytes() == before)
    }

    @Test("of an earlier version becomes one of this, with all that is in it")
    func migration() throws {
        try fill(hours: 1)
        let later = StateSchema(steps: StateSchema.current.steps + ["ALTER TABLE series ADD COLUMN note TEXT"])
        do {
            let database = try open(later)
            #expect(try database.database.integer("PRAGMA user_version") == later.version)
            #expect(try database.storedSeries().count == 40)
            #expect(try database.database.integer("SELECT count(*) FROM series WHERE note IS NULL") == 40)
        }
        #expect(throws: StateError.newer(path: path, found: later.version, known: StateSchema.current.version)) {
            try open()
        }
    }

    @Test("stays of the earlier version, whole, when its migration fails half-way")
    func failedMigration() throws {
        try fill(hours: 1)
        let broken = StateSchema(steps: StateSchema.current.steps + ["DROP TABLE minutes; ALTER TABLE nothing ADD x"])
        #expect(throws: StateError.self) { try open(broken) }
        let database = try open()
        #expect(try database.database.integer("SELECT count(*) FROM minutes") == 3)
    }

    @Test("a folder in the place of the database is no refusal, and names it")
    func folderInstead() throws {
        folder.makeFolder("state.db")
        let error = try #require(throws: StateError.self) { try open() }
        #expect(!error.isRefusal && "\(error)".contains(path), "\(error)")
    }

    @Test("a block of an hour that is damaged is left out, its neighbours are there, and it can be written again")
    func damagedBlock() throws {
        try fill(hours: 3)
        let database = try open()
        let hour = someMinute.hour
        try database.database.run(
            "UPDATE hours SET block = x'00ff' WHERE key = ?", .integer(HourKey.of(hour, 1)))
        #expect(try database.minutes(of: 1).map(\.minute.hour).min() == hour + 1)
        #expect(try database.minutes(of: 2).map(\.minute.hour).min() == hour)
        try database.record(someMinute + 1, count: 1)
        try database.record(someMinute + 200, count: 1)
        #expect(try database.minutes(of: 1).map(\.minute).first == someMinute + 1)
    }
}
