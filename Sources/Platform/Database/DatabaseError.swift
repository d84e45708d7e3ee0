internal import CSystem
internal import Glibc

/// Why a database could not do what it was asked for.
public struct DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is to be done about it differs by this.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// The file is no database, or its content contradicts itself.
        case damaged
        /// The disk, a quota, or the limit set with `pagesMax` is used up.
        case full
        /// The file, its folder or the file system cannot be written to.
        case readOnly
        /// Another process holds the database.
        case busy
        /// The file cannot be opened.
        case inaccessible
        /// The disk or its file system failed.
        case inputOutput
        /// A time limit was reached.
        case interrupted
        /// Anything else: memory, a statement that SQLite does not understand.
        case other
    }

    public let kind: Kind
    /// The database's file.
    public let path: String
    /// SQLite's words, and those of the operating system where it was the cause.
    public let detail: String

    public init(kind: Kind, path: String, detail: String) {
        self.kind = kind
        self.path = path
        self.detail = detail
    }

    public var description: String { summary + remedy }

    /// What is wrong, without a remedy.
    public var summary: String { "the database \(path) \(problem) (\(detail))" }

    private var problem: String {
        switch kind {
        case .damaged: "is damaged"
        case .full: "cannot grow"
        case .readOnly: "cannot be written to"
        case .busy: "is held by another process"
        case .inaccessible: "cannot be opened"
        case .inputOutput: "cannot be read or written"
        case .interrupted: "took too long"
        case .other: "does not work"
        }
    }

    private var remedy: String {
        switch kind {
        case .damaged: "; restore it from a copy, or move it away"
        case .full: "; make room on its disk, or raise its limit"
        case .readOnly, .inaccessible: "; see to it that the file and its folder belong to the daemon's user"
        case .busy: "; end what holds it"
        case .inputOutput: "; look at the kernel's log for errors of the disk"
        case .interrupted, .other: ""
        }
    }
}

extension DatabaseError {
    /// The error that `database`, which may be nil, met last; `code` is what the call returned.
    init(_ database: OpaquePointer?, code: Int32, path: String) {
        // Without a handle there is only what the call returned.
        let extended = database.map { sqlite3_extended_errcode($0) } ?? code
        let number = database.map { sqlite3_system_errno($0) } ?? 0
        let isSame = extended & 0xff == code & 0xff
        kind = Self.kind(isSame ? extended : code, errorNumber: number)
        self.path = path
        let message = isSame ? database.flatMap { sqlite3_errmsg($0) } : sqlite3_errstr(code)
        let text = message.map { String(cString: $0) } ?? "code \(code)"
        detail = number != 0 && isSame ? "\(text): \(SystemError.text(number))" : text
    }

    private static let outOfRoom: Set<Int32> = [ENOSPC, EDQUOT, EFBIG]
    // Extended codes, which C builds by macros that Swift does not see.
    private static let shortRead = SQLITE_IOERR | 2 << 8
    private static let corruptFileSystem = SQLITE_IOERR | 33 << 8

    private static func kind(_ code: Int32, errorNumber: Int32) -> Kind {
        switch code & 0xff {
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
        case SQLITE_FULL: .full
        case SQLITE_READONLY: .readOnly
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: outOfRoom.contains(errorNumber) ? .full : .inaccessible
        case SQLITE_IOERR where outOfRoom.contains(errorNumber): .full
        case SQLITE_IOERR where errorNumber == EROFS: .readOnly
        case SQLITE_IOERR where code == shortRead || code == corruptFileSystem: .damaged
        case SQLITE_IOERR: .inputOutput
        case SQLITE_INTERRUPT: .interrupted
        default: .other
        }
    }
}
