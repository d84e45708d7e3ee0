internal import Platform

/// A value of the file with its way and place.
struct ConfigurationField {
    var path: YAMLPath
    /// Where its key stands; for an element of a list and for the document, where it begins itself.
    var keyMark: YAMLMark
    var node: YAMLNode

    func element(_ index: Int, _ node: YAMLNode) -> ConfigurationField {
        ConfigurationField(path: path.appending(index: index), keyMark: node.mark, node: node)
    }

    func entry(_ entry: YAMLEntry) -> ConfigurationField {
        ConfigurationField(path: path.appending(key: entry.key), keyMark: entry.keyMark, node: entry.value)
    }
}

/// The keys of one section.
protocol ConfigurationKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

/// Takes a YAML tree apart, collects every error, and fills what it can read into a configuration.
///
/// Sections are decoded in extensions, one file each. A value that is wrong is reported and its default stays, so that
/// the errors after it are found in the same run.
struct ConfigurationDecoder {
    let file: String
    /// The ids of the collectors that there are.
    let knownCollectors: [String]
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    /// Files that are named, in the order of the file.
    private(set) var files: [NamedFile] = []
    private var omitted = 0

    init(file: String, knownCollectors: [String]) {
        self.file = file
        self.knownCollectors = knownCollectors
    }

    /// All errors in the order of the file; nil when there are none.
    var failure: ConfigurationProblems? {
        guard !problems.isEmpty else { return nil }
        return ConfigurationProblems(problems: problems.sorted(by: Self.inFileOrder), omitted: omitted)
    }

    private static func inFileOrder(_ left: ConfigurationProblem, _ right: ConfigurationProblem) -> Bool {
        guard case .mark(_, let first) = left.place, case .mark(_, let second) = right.place else { return false }
        return first < second
    }

    // MARK: Reporting

    mutating func report(_ problem: YAMLProblem) {
        add(
            ConfigurationProblem(
                place: .mark(file, problem.mark), key: problem.path, what: problem.what, remedy: problem.remedy))
    }

    /// An error of the value of `field`.
    mutating func report(_ field: ConfigurationField, _ what: String, _ remedy: String) {
        report(field, ScalarProblem(what: what, remedy: remedy))
    }

    mutating func report(_ field: ConfigurationField, _ problem: ScalarProblem) {
        add(at: field.node.mark, field.path, problem)
    }

    /// An error of the key of `field`.
    mutating func reportKey(_ field: ConfigurationField, _ what: String, _ remedy: String) {
        add(at: field.keyMark, field.path, ScalarProblem(what: what, remedy: remedy))
    }

    /// A key that `field`, a mapping, lacks.
    mutating func reportMissing(_ key: String, in field: ConfigurationField, _ remedy: String) {
        add(
            at: field.node.mark, field.path.appending(key: key),
            ScalarProblem(what: "the key is missing", remedy: remedy))
    }

    mutating func warn(_ field: ConfigurationField, _ what: String, _ remedy: String) {
        guard warnings.count < ConfigurationProblems.listedMax else { return }
        warnings.append(
            ConfigurationProblem(place: .mark(file, field.keyMark), key: field.path, what: what, remedy: remedy))
    }

    /// The absolute path of a file that is read later, and now only by those who check.
    mutating func file(_ field: ConfigurationField, _ content: NamedFile.Content) -> String? {
        guard let path = text(field, "the path of a file", PathScalar.absolute) else { return nil }
        files.append(NamedFile(path: path, content: content, place: .mark(file, field.node.mark), key: field.path))
        return path
    }

    private mutating func add(at mark: YAMLMark, _ path: YAMLPath, _ problem: ScalarProblem) {
        add(
            ConfigurationProblem(
                place: .mark(file, mark), key: path, what: problem.what, remedy: problem.remedy))
    }

    private mutating func add(_ problem: ConfigurationProblem) {
        if problems.count < ConfigurationProblems.listedMax {
            problems.append(problem)
        } else {
            omitted += 1
        }
    }
}
