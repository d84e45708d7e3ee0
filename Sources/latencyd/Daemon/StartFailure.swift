internal import Platform

/// Why the daemon could not start.
enum StartFailure: Error, CustomStringConvertible {
    case descriptors
    case socket(UnixSocketError)
    case other(String)

    var description: String {
        switch self {
        case .descriptors: "the process has no file descriptor left; raise LimitNOFILE or ulimit -n"
        case .socket(let error): error.description
        case .other(let text): text
        }
    }

    static func catching<Result>(
        _ body: () throws(UnixSocketError) -> Result
    ) throws(StartFailure) -> Result {
        do {
            return try body()
        } catch {
            throw .socket(error)
        }
    }
}
