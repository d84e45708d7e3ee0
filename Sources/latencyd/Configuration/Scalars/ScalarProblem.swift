internal import Platform

/// Why a single value is not taken, without the place where it stands.
struct ScalarProblem: Error, Hashable {
    /// What is wrong, with the value as it was written.
    var what: String
    /// What would be right.
    var remedy: String

    /// `value` is not what is wanted there.
    static func notA(_ kind: String, _ value: String, _ remedy: String) -> ScalarProblem {
        ScalarProblem(what: "\(YAMLQuotation.of(value)) is not \(kind)", remedy: remedy)
    }

    /// `value` is of the right kind but cannot be used.
    static func impossible(_ value: String, _ why: String, _ remedy: String) -> ScalarProblem {
        ScalarProblem(what: "\(YAMLQuotation.of(value)) \(why)", remedy: remedy)
    }
}

/// Classes of ASCII bytes.
extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isLetter: Bool {
        let lower = self | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
    }

    /// A digit, a letter or an underscore.
    var isWord: Bool { isDigit || isLetter || self == UInt8(ascii: "_") }
}
