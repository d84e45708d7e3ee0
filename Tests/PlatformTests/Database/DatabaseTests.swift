import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("A database")
struct DatabaseTests {
    private let folder = TemporaryFolder()
    private var path: String { "\(folder.path)/a.db" }

    private func open() throws -> Database {
        let database = try Database(path: path)
        try database.beginWriting()
        return database
    }

    @Test("gives back every kind of value, empty and with zero bytes in it")
    func values() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (i, r, s, b, n)")
        try database.run(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)", .integer(.min), .real(0.1), .text("a\0ü"), .blob([0, 255, 0]), .null
        )
        try database.run("INSERT INTO t VALUES (1, 2, ?, ?, 3)", .text(""), .blob([]))
        var rows = 0
        try database.rows("SELECT i, r, s, b, n FROM t ORDER BY rowid") { row throws(DatabaseError) in
            rows += 1
            guard rows == 1 else {
                #expect(row.text(2).isEmpty && row.bytes(3).isEmpty && row.optionalReal(4) == 3)
                return
            }
            #expect(row.integer(0) == .min && row.real(1) == 0.1)
            #expect(row.text(2) == "a\0ü" && row.bytes(3) == [0, 255, 0])
            #expect(row.optionalReal(4) == nil && row.integer(4) == 0 && row.text(4).isEmpty)
        }
        #expect(rows == 2)
    }

    @Test("uses a statement within its own rows")
    func nested() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (i); INSERT INTO t VALUES (1), (2), (3)")
        var sum: Int64 = 0
        try database.rows("SELECT i FROM t") { row throws(DatabaseError) in
            try database.rows("SELECT i FROM t") { inner throws(DatabaseError) in
                sum += row.integer(0) * inner.integer(0)
            }
        }
        #expect(sum == 36)
    }

    @Test("gives its memory back between two statements and within the rows of one")
    func release() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (i); INSERT INTO t VALUES (1), (2), (3)")
        var sum: Int64 = 0
        for _ in 1...2 {
            try database.rows("SELECT i FROM t") { row throws(DatabaseError) in
                sum += row.integer(0) * (try database.integer("SELECT count(*) FROM t") ?? 0)
                database.releaseMemory()
            }
            database.releaseMemory()
        }
        #expect(sum == 36)
    }

    @Test("a transaction that throws leaves nothing, and the next one works")
    func rollback() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (i)")
        #expect(throws: DatabaseError.self) {
            try database.transaction { () throws(DatabaseError) in
                try database.run("INSERT INTO t VALUES (1)")
                try database.run("INSERT INTO nothing VALUES (1)")
            }
        }
        try database.transaction { () throws(DatabaseError) in try database.run("INSERT INTO t VALUES (2)") }
        #expect(try database.integer("SELECT sum(i) FROM t") == 2)
    }

    @Test("what cannot be opened is told by path and kind")
    func errors() throws {
        let missing = try #require(throws: DatabaseError.self) { try Database(path: "\(folder.path)/no/a.db") }
        #expect(missing.kind == .inaccessible && "\(missing)".contains("\(folder.path)/no/a.db"))
        folder.write([UInt8](repeating: 7, count: 5_000), to: "a.db")
        let garbage = try #require(throws: DatabaseError.self) { try open() }
        #expect(garbage.kind == .damaged && garbage.path == path)
        let absent = try #require(throws: DatabaseError.self) {
            try Database(path: "\(folder.path)/b.db", creates: false)
        }
        #expect(absent.kind == .inaccessible)
    }

    @Test("one that cannot grow says so")
    func full() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (b)")
        try database.setPagesMax(1)
        let error = try #require(throws: DatabaseError.self) {
            try database.run("INSERT INTO t VALUES (zeroblob(100000))")
        }
        #expect(error.kind == .full)
    }

    @Test("a check that takes too long ends without a finding")
    func timeLimit() throws {
        let database = try open()
        try database.execute("CREATE TABLE t (b)")
        #expect(try database.problem(withinSeconds: 10) == nil)
        let error = try #require(throws: DatabaseError.self) {
            try database.withTimeLimit(seconds: 0.01) { () throws(DatabaseError) in
                try database.run(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t SELECT i FROM n LIMIT 1000000000"
                )
            }
        }
        #expect(error.kind == .interrupted)
        #expect(try database.integer("SELECT count(*) FROM t") == 0)
    }

    @Test("a lock is held once, names its owner, and is free again when that is gone")
    func lock() throws {
        let file = "\(folder.path)/lock"
        var lock: FileLock? = try FileLock(path: file)
        #expect(lock?.path == file)
        #expect(throws: FileLock.Failure.held(path: file, process: getpid())) { try FileLock(path: file) }
        lock = nil
        #expect(throws: Never.self) { try FileLock(path: file) }
        #expect(throws: FileLock.Failure.unusable(path: "/proc/x/lock", code: ENOENT)) {
            try FileLock(path: "/proc/x/lock")
        }
    }
}
