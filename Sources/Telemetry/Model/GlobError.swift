/// Why a pattern is no glob. Positions count Unicode scalars of the pattern from 1.
public enum GlobError: Error, Sendable, Hashable, CustomStringConvertible {
    /// More than `Glob.lengthMax` scalars.
    case tooLong(length: Int)
    /// A `[` without its `]`.
    case unclosedBracket(position: Int)
    /// A `{` without its `}`.
    case unclosedBrace(position: Int)
    /// A `}` without its `{`.
    case strayBrace(position: Int)
    /// `{}`: nothing to choose from.
    case emptyBraces(position: Int)
    /// Braces within braces beyond `Glob.depthMax`.
    case tooDeep(position: Int)
    /// A range such as `z-a` in brackets.
    case reversedRange(position: Int, range: String)
    /// A `\` at the end.
    case danglingEscape(position: Int)

    /// Where the fault lies, from 1.
    public var position: Int {
        switch self {
        case .tooLong: Glob.lengthMax + 1
        case .unclosedBracket(let position), .unclosedBrace(let position), .strayBrace(let position),
            .emptyBraces(let position), .tooDeep(let position), .reversedRange(let position, _),
            .danglingEscape(let position):
            position
        }
    }

    public var description: String {
        let place = "at position \(position) of the pattern"
        return switch self {
        case .tooLong(let length): "the pattern has \(length) characters; at most \(Glob.lengthMax) are allowed"
        case .unclosedBracket: "'[' \(place) has no ']'; close it, or write '\\[' for the character itself"
        case .unclosedBrace: "'{' \(place) has no '}'; close it, or write '\\{' for the character itself"
        case .strayBrace: "'}' \(place) has no '{' before it; write '\\}' for the character itself"
        case .emptyBraces: "'{}' \(place) is empty; write the choices as in '{a,b}'"
        case .tooDeep: "'{' \(place) is nested more than \(Glob.depthMax) deep; use fewer levels"
        case .reversedRange(_, let range): "the range '\(range)' \(place) is reversed; write the smaller end first"
        case .danglingEscape: "'\\' \(place) has nothing after it; write '\\\\' for the character itself"
        }
    }
}
