internal import Platform

/// An error or a warning about one setting.
struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the setting stands.
    enum Place: Hashable, Sendable {
        case file(String)
        case mark(String, YAMLMark)
        /// A flag of the command line.
        case flag(String)
    }

    var place: Place
    /// The way to the setting in the file; nil outside a file.
    var key: YAMLPath?
    /// What is wrong, or for a warning what is left undone.
    var what: String
    /// What would be right.
    var remedy: String

    /// `FILE:LINE:COLUMN: KEY: what is wrong; what would be right`, on one line.
    var description: String {
        switch place {
        case .file(let file): "\(file): \(what); \(remedy)"
        case .mark(let file, let mark): "\(file):\(mark.line):\(mark.column): \(shownKey): \(what); \(remedy)"
        case .flag(let flag): "\(flag): \(what); \(remedy)"
        }
    }

    private var shownKey: String {
        guard let key, !key.isDocument else { return "(document)" }
        return key.description
    }
}

/// Why a configuration is not taken: every error that was found, in the order of the file.
struct ConfigurationProblems: Error, Equatable, Sendable, CustomStringConvertible {
    /// More errors than this are not listed, only counted.
    static let listedMax = 50

    var problems: [ConfigurationProblem]
    /// How many more there are.
    var omitted = 0

    /// One line for each error.
    var lines: [String] {
        problems.map(\.description) + (omitted > 0 ? ["\(omitted) more errors are not shown"] : [])
    }

    var description: String { lines.joined(separator: "\n") }
}

/// A configuration that may be used, and what its writer should know.
struct LoadedConfiguration: Equatable, Sendable {
    var configuration: Configuration
    /// Settings that are right but have no effect.
    var warnings: [ConfigurationProblem] = []
    /// Of `services`, for those who only want to know which servers are read.
    var serviceURLs: [String] = []
    /// Files that it names, which are read later.
    var files: [NamedFile] = []
}
