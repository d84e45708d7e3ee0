/// The way from the top of a document to one of its values: `alerts.rules[2].thresholds.warning`.
public struct YAMLPath: Hashable, Sendable, CustomStringConvertible {
    /// A key longer than this is cut off in the description.
    static let keyCharactersMax = 64

    /// The path as it is shown; empty for the document itself.
    public private(set) var description = ""

    /// The document itself.
    public static let document = YAMLPath()

    private init() {}

    public var isDocument: Bool { description.isEmpty }

    /// The value of `key` in the mapping at this path.
    public func appending(key: String) -> YAMLPath {
        var path = self
        path.description += isDocument ? Self.shown(key) : "." + Self.shown(key)
        return path
    }

    /// The element `index` (from 0) of the sequence at this path.
    public func appending(index: Int) -> YAMLPath {
        var path = self
        path.description += "[\(index)]"
        return path
    }

    /// Keys come from the file: one that is not a plain word is put in quotes, without control characters.
    private static func shown(_ key: String) -> String {
        let isWord =
            !key.isEmpty && key.utf8.count <= keyCharactersMax
            && key.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isWord ? key : YAMLQuotation.of(key, charactersMax: keyCharactersMax)
    }
}

/// Text of a file as it is repeated in a message.
public enum YAMLQuotation {
    /// `text` in single quotes, on one line: control characters escaped, the end cut off where it is long.
    public static func of(_ text: String, charactersMax: Int = 64) -> String {
        var quoted = "'"
        var length = 0
        for scalar in text.unicodeScalars {
            if length == charactersMax {
                quoted += "…"
                break
            }
            length += 1
            switch scalar {
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            default:
                if isInvisible(scalar) {
                    quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "'"
    }

    /// Controls, and the separators and direction marks that would rearrange a line of a log.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
