internal import CSystem

/// A database in one file (SQLite 3), written ahead to a log beside it (`-wal`).
///
/// What was committed survives the death of the process at any moment; after a loss of power the last commits may be
/// missing, and what is there is whole. Used by one thread at a time, hence not Sendable. It is closed when it is
/// forgotten.
public final class Database {
    /// How long a statement waits for another process that holds the database, in seconds.
    public static let busySeconds = 2.0
    /// Bytes of the log after which its content goes to the database; a longer log is cut back then.
    public static let logBytes = 4 << 20
    /// Memory for pages of the file, KiB.
    static let cacheKiB = 1_024
    /// Bytes of a page of a new file.
    public static let pageBytes = 4_096

    public let path: String
    private let handle: OpaquePointer
    /// Prepared statements that are not in use, by their text: the code has so many texts at the most.
    private var idle: [String: OpaquePointer] = [:]

    /// Opens the file `path`, or makes it where it is not there and `creates` is true.
    public init(path: String, creates: Bool = true) throws(DatabaseError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (creates ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            let error = DatabaseError(handle, code: code, path: path)
            sqlite3_close_v2(handle)
            throw error
        }
        self.path = path
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Int32(Self.busySeconds * 1_000))
        try configure()
    }

    deinit {
        for statement in idle.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Gives back the memory of pages and statements that are not in use; they come back as they are needed.
    public func releaseMemory() {
        for statement in idle.values { sqlite3_finalize(statement) }
        idle = [:]
        sqlite3_db_release_memory(handle)
    }

    private func configure() throws(DatabaseError) {
        // What stands in the file is not to be believed: contradictions in pages are looked for, functions in its schema
        // are not run.
        try execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")
        try execute("PRAGMA cache_size = -\(Self.cacheKiB)")
    }

    /// Makes the database ready to be written to, with a log beside it. Until then nothing of the file is changed, so that
    /// a caller can look first whether it is theirs.
    public func beginWriting() throws(DatabaseError) {
        // Only of effect on a file without content.
        try execute("PRAGMA page_size = \(Self.pageBytes); PRAGMA auto_vacuum = INCREMENTAL")
        try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        try execute("PRAGMA wal_autocheckpoint = \(Self.logBytes / Self.pageBytes)")
        try execute("PRAGMA journal_size_limit = \(Self.logBytes)")
    }

    // MARK: Statements

    /// Runs one or more statements without values and results.
    public func execute(_ sql: String) throws(DatabaseError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// Runs one statement with `values` for its question marks.
    public func run(_ sql: String, _ values: DatabaseValue...) throws(DatabaseError) {
        try rows(sql, values) { _ throws(DatabaseError) in }
    }

    /// Runs one statement, and hands each row of its result to `body`.
    public func rows(
        _ sql: String, _ values: DatabaseValue..., body: (DatabaseRow) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try rows(sql, values, body: body)
    }

    /// The first column of the first row; nil when there is no row.
    public func integer(_ sql: String, _ values: DatabaseValue...) throws(DatabaseError) -> Int64? {
        var result: Int64?
        try rows(sql, values) { row throws(DatabaseError) in result = result ?? row.integer(0) }
        return result
    }

    /// The row id of what was inserted last.
    public var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

    private func rows(
        _ sql: String, _ values: [DatabaseValue], body: (DatabaseRow) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        let statement = if let idle = idle.removeValue(forKey: sql) { idle } else { try prepare(sql) }
        defer { putBack(statement, sql) }
        for (place, value) in values.enumerated() { try check(Self.bind(value, Int32(place + 1), statement)) }
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw DatabaseError(handle, code: code, path: path) }
            try body(DatabaseRow(statement))
        }
    }

    private func prepare(_ sql: String) throws(DatabaseError) -> OpaquePointer {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement else { preconditionFailure("an empty statement") }
        return statement
    }

    private func putBack(_ statement: OpaquePointer, _ sql: String) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        // Another one with the same text was put back first when this one was used within its rows.
        if let other = idle.updateValue(statement, forKey: sql) { sqlite3_finalize(other) }
    }

    private static func bind(_ value: DatabaseValue, _ place: Int32, _ statement: OpaquePointer) -> Int32 {
        switch value {
        case .integer(let number): return sqlite3_bind_int64(statement, place, number)
        case .real(let number): return sqlite3_bind_double(statement, place, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    csystem_database_bind_text(statement, place, $0.baseAddress, Int64($0.count))
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                csystem_database_bind_blob(statement, place, $0.baseAddress, Int64($0.count))
            }
        case .null: return sqlite3_bind_null(statement, place)
        }
    }

    private func check(_ code: Int32) throws(DatabaseError) {
        if code != SQLITE_OK { throw DatabaseError(handle, code: code, path: path) }
    }

    // MARK: Transactions

    /// Runs `body`; all that it changed is kept, or nothing when it throws. Must not be called inside another one.
    public func transaction<Result>(
        _ body: () throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // After some errors SQLite has done so by itself.
            if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    // MARK: Time limits

    /// Runs `body`; its statements end with an error of kind `interrupted` when `seconds` have passed.
    func withTimeLimit(
        seconds: Double, _ body: () throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        let deadline = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
        deadline.initialize(to: csystem_monotonic_ns() + Int64(seconds * 1e9))
        csystem_database_set_deadline(handle, deadline)
        defer {
            csystem_database_set_deadline(handle, nil)
            deadline.deallocate()
        }
        try body()
    }
}
