/// A pattern for names and label values that matches a whole text.
///
/// `*` stands for any run of characters (a `/` and a line break too), `?` for one, `[a-z]` for one of a set, `[!a-z]`
/// or `[^a-z]` for one outside it, `{a,b}` for one of several patterns, which may hold further braces; `\` takes the
/// next character as it is. Case counts, a character is a Unicode scalar, and the empty pattern matches the empty text.
/// The work is bounded by the product of both lengths.
public struct Glob: Sendable {
    /// The longest pattern, in Unicode scalars.
    public static let lengthMax = 512
    /// How deep braces may stand within braces.
    public static let depthMax = 8

    /// The pattern as it was written.
    public let pattern: String
    /// What stands in the pattern, for conversion into other languages.
    let nodes: [GlobNode]
    /// The characters before the first wildcard: most texts are told apart by them alone.
    private let prefix: String
    private let rest: Rest

    private enum Rest: Sendable {
        case nothing
        case anything
        case program(GlobProgram)
    }

    /// Reads `pattern`; throws what is wrong with it and where.
    public init(_ pattern: String) throws(GlobError) {
        var parser = GlobParser(pattern)
        nodes = try parser.parse()
        self.pattern = pattern
        let literals = nodes.prefix { $0.literal != nil }
        var prefix = String.UnicodeScalarView()
        prefix.append(contentsOf: literals.compactMap(\.literal))
        self.prefix = String(prefix)
        switch Array(nodes.dropFirst(literals.count)) {
        case []: rest = .nothing
        case [.anySequence]: rest = .anything
        case let others: rest = .program(GlobProgram(others))
        }
    }

    /// Whether the pattern has no wildcard, and so stands for `literal` alone.
    public var isLiteral: Bool { literal != nil }

    /// The one text that matches, nil where the pattern has wildcards.
    public var literal: String? {
        if case .nothing = rest { prefix } else { nil }
    }

    /// Whether the whole of `text` matches.
    public func matches(_ text: String) -> Bool {
        var steps = 0
        return matches(text, steps: &steps)
    }

    /// As `matches(_:)`, and adds the visits of program states to `steps`.
    func matches(_ text: String, steps: inout Int) -> Bool {
        // Bytes, not Characters: a character with its accent apart is two scalars here.
        guard text.utf8.starts(with: prefix.utf8) else { return false }
        switch rest {
        case .nothing: return text.utf8.count == prefix.utf8.count
        case .anything: return true
        case .program(let program):
            let tail = text.unicodeScalars.dropFirst(prefix.unicodeScalars.count)
            return program.matches(tail, steps: &steps)
        }
    }
}

extension Glob: Hashable, CustomStringConvertible {
    public static func == (left: Glob, right: Glob) -> Bool {
        // Scalars count in matching, so they count here, where String would take equal-looking ones as the same.
        left.pattern.utf8.elementsEqual(right.pattern.utf8)
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(pattern) }
    public var description: String { pattern }
}
