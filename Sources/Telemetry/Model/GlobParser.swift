/// One element of a glob.
enum GlobNode: Sendable, Equatable {
    case literal(Unicode.Scalar)
    /// `?`
    case any
    /// `*`
    case anySequence
    /// `[...]`
    case set(GlobSet)
    /// `{..., ...}`
    case choice([[GlobNode]])

    var literal: Unicode.Scalar? {
        if case .literal(let scalar) = self { scalar } else { nil }
    }
}

/// The scalars between brackets.
struct GlobSet: Sendable, Equatable {
    var isNegated = false
    var ranges: [ClosedRange<Unicode.Scalar>] = []

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar) } != isNegated
    }
}

/// Reads the text of a glob.
struct GlobParser {
    private let scalars: [Unicode.Scalar]
    private var offset = 0

    init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    mutating func parse() throws(GlobError) -> [GlobNode] {
        guard scalars.count <= Glob.lengthMax else { throw .tooLong(length: scalars.count) }
        let nodes = try sequence(depth: 0)
        // A sequence outside braces ends at the end, or at a brace that nothing opened.
        guard offset == scalars.count else { throw .strayBrace(position: offset + 1) }
        return nodes
    }

    private var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

    /// Up to the end, to `}`, or within braces to `,`.
    private mutating func sequence(depth: Int) throws(GlobError) -> [GlobNode] {
        var nodes: [GlobNode] = []
        while let scalar = next, scalar != "}", depth == 0 || scalar != "," {
            let node = try element(scalar, depth: depth)
            // Two stars say no more than one.
            if node != .anySequence || nodes.last != .anySequence { nodes.append(node) }
        }
        return nodes
    }

    private mutating func element(_ scalar: Unicode.Scalar, depth: Int) throws(GlobError) -> GlobNode {
        switch scalar {
        case "[": return .set(try set())
        case "{": return .choice(try choices(depth: depth + 1))
        case "\\": return .literal(try escaped())
        default: break
        }
        offset += 1
        switch scalar {
        case "*": return .anySequence
        case "?": return .any
        default: return .literal(scalar)
        }
    }

    private mutating func escaped() throws(GlobError) -> Unicode.Scalar {
        offset += 1
        guard let scalar = next else { throw .danglingEscape(position: offset) }
        offset += 1
        return scalar
    }

    private mutating func choices(depth: Int) throws(GlobError) -> [[GlobNode]] {
        let opening = offset + 1
        guard depth <= Glob.depthMax else { throw .tooDeep(position: opening) }
        var choices: [[GlobNode]] = []
        repeat {
            offset += 1  // The opening brace or a comma.
            choices.append(try sequence(depth: depth))
        } while next == ","
        guard next == "}" else { throw .unclosedBrace(position: opening) }
        offset += 1
        guard choices != [[]] else { throw .emptyBraces(position: opening) }
        return choices
    }

    private mutating func set() throws(GlobError) -> GlobSet {
        let opening = offset + 1
        offset += 1
        var set = GlobSet()
        if next == "!" || next == "^" {
            set.isNegated = true
            offset += 1
        }
        // A bracket that closes nothing yet is meant as itself.
        while let scalar = next, scalar != "]" || set.ranges.isEmpty {
            set.ranges.append(try range())
        }
        guard next == "]" else { throw .unclosedBracket(position: opening) }
        offset += 1
        return set
    }

    private mutating func range() throws(GlobError) -> ClosedRange<Unicode.Scalar> {
        let start = offset + 1
        let lower = try member()
        // A dash at the end of the set is a dash.
        guard next == "-", offset + 1 < scalars.count, scalars[offset + 1] != "]" else { return lower...lower }
        offset += 1
        let upper = try member()
        guard lower <= upper else { throw .reversedRange(position: start, range: "\(lower)-\(upper)") }
        return lower...upper
    }

    private mutating func member() throws(GlobError) -> Unicode.Scalar {
        let scalar = scalars[offset]
        if scalar == "\\" { return try escaped() }
        offset += 1
        return scalar
    }
}
