public import Platform

/// One thing that `latencyd doctor` looks at: one file, and one line in ``HostChecks``.
public protocol HostCheck: Sendable {
    /// What scripts call it: `[a-z][a-z0-9_]*`.
    static var id: String { get }

    /// What people call it, a few words.
    static var title: String { get }

    /// Files whose content is taken before the wake-up latency is measured as well, for what can only be seen in a
    /// difference.
    static func sampledPaths(on host: DoctorHost) -> [HostPath]

    /// Looks at the host and says what it finds. Pure but for the files.
    static func examine(_ examination: inout Examination)
}

extension HostCheck {
    public static func sampledPaths(on host: DoctorHost) -> [HostPath] { [] }
}

/// What became of one check.
public struct CheckReport: Sendable, Equatable {
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// There are findings.
        case findings
        /// All is well.
        case ok
        /// Something could not be looked at; `notes` say what and why.
        case unknown
        /// It was not asked for; `notes` say how to ask.
        case skipped
        /// This host has nothing of the kind; `notes` say what is missing.
        case notApplicable = "not_applicable"
    }

    public let id: String
    public let title: String
    public let status: Status
    /// The worst first.
    public let findings: [Finding]
    /// What is good, what is unknown, or why the check does not apply; one line each.
    public let notes: [String]
    /// Those of `notes` that say what could not be looked at, which is so beside findings, too.
    public let unknown: [String]

    public init(
        id: String, title: String, status: Status, findings: [Finding] = [], notes: [String] = [],
        unknown: [String] = []
    ) {
        self.id = id
        self.title = title
        self.status = status
        self.findings = findings
        self.notes = notes
        self.unknown = unknown
    }

    /// The severity of the worst finding; nil without findings.
    public var worst: FindingSeverity? { findings.map(\.severity).min() }
}
