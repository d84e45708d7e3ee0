internal import Platform

/// Why there is no state database.
enum StateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another daemon uses the folder; `process` is nil where it is not known.
    case taken(folder: String, process: Int32?)
    /// A later version wrote it.
    case newer(path: String, found: Int64, known: Int64)
    /// It is a database, but not latencyd's.
    case foreign(path: String)
    /// The folder or a file in it cannot be used.
    case unusable(path: String, problem: String)
    /// The file was moved away or replaced while it was in use.
    case replaced(path: String)
    case database(DatabaseError)

    /// Whether the daemon must not run with this folder: it would harm what is there. Otherwise it works in memory.
    var isRefusal: Bool {
        switch self {
        case .taken, .newer, .foreign: true
        case .unusable, .replaced, .database: false
        }
    }

    var isDamage: Bool { if case .database(let error) = self { error.kind == .damaged } else { false } }

    /// What is wrong, without a remedy.
    var problem: String {
        if case .database(let error) = self { error.summary } else { description }
    }

    var description: String {
        switch self {
        case .taken(let folder, let process):
            "the state folder \(folder) is used by \(process.map { "the latencyd with process id \($0)" } ?? "another latencyd"); end that one, or give this one a folder of its own by storage.path"
        case .newer(let path, let found, let known):
            "the state database \(path) has schema version \(found), this latencyd \(Version.number) knows versions up to \(known); use the later latencyd again, or move the file away to learn anew"
        case .foreign(let path):
            "\(path) is the database of another program; set storage.path to a folder of latencyd's own, or move the file away"
        case .unusable(let path, let problem):
            "the state folder cannot be used: \(path): \(problem); see to it that the folder of storage.path is there and belongs to the daemon's user"
        case .replaced(let path): "\(path) was removed or replaced while it was in use; it is made anew"
        case .database(let error): error.description
        }
    }
}

/// Runs `body`; what the database says becomes a `StateError`.
func asStateError<Result>(_ body: () throws(DatabaseError) -> Result) throws(StateError) -> Result {
    do {
        return try body()
    } catch {
        throw .database(error)
    }
}
