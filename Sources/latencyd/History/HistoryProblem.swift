internal import Collectors

/// Why a file of history cannot be used.
struct HistoryProblem: Error, Equatable, CustomStringConvertible {
    /// As it was named.
    var file: String
    /// Counted from 1; nil where no line is at fault.
    var line: Int?
    var what: String
    var remedy: String

    /// `FILE:LINE: WHAT; REMEDY`.
    var description: String {
        Finding.printable("\(file)\(line.map { ":\($0)" } ?? ""): \(what); \(remedy)")
    }
}
