/// What is wrong in a YAML text, and where.
public struct YAMLProblem: Error, Hashable, Sendable {
    /// The kinds of refusal.
    public enum Kind: Hashable, Sendable {
        /// Not YAML at all: indentation, brackets, quotes, characters.
        case broken
        case invalidUTF8
        case duplicateKey
        case anchor
        case alias
        case tag
        case mergeKey
        case complexKey
        case secondDocument
        case tooLong
        case tooDeep
        case tooManyValues
    }

    public var kind: Kind
    public var mark: YAMLMark
    /// The value concerned; for broken YAML the innermost one whose beginning was understood.
    public var path: YAMLPath
    /// What is wrong.
    public var what: String
    /// What would be right.
    public var remedy: String

    public init(_ kind: Kind, mark: YAMLMark, path: YAMLPath = .document, what: String, remedy: String) {
        self.kind = kind
        self.mark = mark
        self.path = path
        self.what = what
        self.remedy = remedy
    }
}

/// The bounds of a YAML text; what exceeds one is refused.
public struct YAMLLimits: Sendable {
    /// The length of the text, bytes.
    public var bytes = 1 << 20
    /// Mappings and sequences inside each other.
    public var depth = 32
    /// Scalars, sequences and mappings in all.
    public var values = 65_536
    /// Problems reported before reading stops.
    public var problems = 50

    public init() {}
}

/// A YAML text read into a tree.
///
/// Only what a configuration needs is taken: one document, no anchors, aliases, tags or merge keys, every key once.
public struct YAMLDocument: Sendable {
    /// The value of the document; nil when the text is empty or could not be read to its end.
    public var root: YAMLNode?
    /// What is wrong, in the order of the text. With a root, too, the document is to be refused; the root then
    /// serves to find further errors in the same run.
    public var problems: [YAMLProblem]

    public init(root: YAMLNode?, problems: [YAMLProblem]) {
        self.root = root
        self.problems = problems
    }

    /// Reads UTF-8 `bytes`, with or without a byte order mark.
    public static func parse(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) -> YAMLDocument {
        if bytes.count > limits.bytes {
            let problem = YAMLProblem(
                .tooLong, mark: YAMLMark(line: 1, column: 1),
                what: "the text is longer than \(limits.bytes) bytes", remedy: "shorten it")
            return YAMLDocument(root: nil, problems: [problem])
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if let offset = UTF8Check.firstInvalid(body) {
            let problem = YAMLProblem(
                .invalidUTF8, mark: YAMLMark(endOf: body.prefix(offset)),
                what: "the byte 0x\(String(body[body.startIndex + offset], radix: 16)) is not valid UTF-8 here",
                remedy: "save the file in UTF-8")
            return YAMLDocument(root: nil, problems: [problem])
        }
        return body.withUnsafeBufferPointer { text in
            var builder = YAMLTreeBuilder(events: YAMLEventSource(text), limits: limits)
            return builder.build()
        }
    }
}
