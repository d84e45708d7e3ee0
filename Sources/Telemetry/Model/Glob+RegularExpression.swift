extension Glob {
    /// The same pattern in RE2's syntax, for a PromQL matcher; PromQL anchors it at both ends by itself.
    public var regularExpression: String { Self.regularExpression(nodes) }

    private static func regularExpression(_ nodes: [GlobNode]) -> String {
        var text = String.UnicodeScalarView()
        for node in nodes {
            switch node {
            case .literal(let scalar): append(scalar, escaping: "\\.+*?()|[]{}^$", to: &text)
            case .any: text.append(".")
            case .anySequence: text.append(contentsOf: ".*".unicodeScalars)
            case .set(let set): append(set, to: &text)
            case .choice(let choices):
                let choice = choices.map { regularExpression($0) }.joined(separator: "|")
                text.append(contentsOf: "(?:\(choice))".unicodeScalars)
            }
        }
        return String(text)
    }

    private static func append(_ set: GlobSet, to text: inout String.UnicodeScalarView) {
        text.append(contentsOf: (set.isNegated ? "[^" : "[").unicodeScalars)
        for range in set.ranges {
            append(range.lowerBound, escaping: "\\[]^-", to: &text)
            if range.lowerBound == range.upperBound { continue }
            text.append("-")
            append(range.upperBound, escaping: "\\[]^-", to: &text)
        }
        text.append("]")
    }

    private static func append(
        _ scalar: Unicode.Scalar, escaping special: String, to text: inout String.UnicodeScalarView
    ) {
        if special.unicodeScalars.contains(scalar) { text.append("\\") }
        text.append(scalar)
    }
}
