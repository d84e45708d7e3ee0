/// How much a finding matters for latency.
public enum FindingSeverity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Latency suffers now, or is about to.
    case critical
    /// Known to make latency fluctuate under load.
    case warning
    /// Worth knowing; often a matter of choice.
    case info

    /// The worst is the least, so that sorting puts it first.
    public static func < (left: FindingSeverity, right: FindingSeverity) -> Bool {
        left.order < right.order
    }

    private var order: Int {
        switch self {
        case .critical: 0
        case .warning: 1
        case .info: 2
        }
    }
}

/// Something about a host that makes latency fluctuate.
public struct Finding: Sendable, Equatable {
    /// The most pieces of evidence, and of commands, of one finding.
    public static let linesMax = 16

    public let severity: FindingSeverity
    /// What is wrong, in a line that is read alone.
    public let title: String
    /// What was read or measured, with numbers.
    public let evidence: [String]
    /// Why it matters for inference.
    public let why: String
    /// Commands that mend it, or what to do where no command does. Empty where there is nothing to be done.
    public let remedy: [String]

    /// Of more than ``linesMax`` lines the last ones are replaced by their number.
    public init(_ severity: FindingSeverity, _ title: String, evidence: [String], why: String, remedy: [String] = []) {
        self.severity = severity
        self.title = Self.printable(title)
        self.evidence = Self.bounded(evidence).map(Self.printable)
        self.why = Self.printable(why)
        self.remedy = Self.bounded(remedy).map(Self.printable)
    }

    /// Names that others chose (of groups, sensors, processes) must not move a terminal's cursor or begin a line.
    public static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isUnprintable($0) ? "?" : $0 }))
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func bounded(_ lines: [String]) -> [String] {
        guard lines.count > linesMax else { return lines }
        return lines.prefix(linesMax - 1) + ["and \(lines.count - linesMax + 1) more"]
    }
}
