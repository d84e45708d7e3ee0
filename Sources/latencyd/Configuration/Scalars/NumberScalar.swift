/// Numbers in decimal notation. Infinity, NaN, hexadecimal and digit separators are not taken.
enum NumberScalar {
    /// A whole number from `range`.
    static func integer(_ text: String, in range: ClosedRange<Int>) throws(ScalarProblem) -> Int {
        let remedy = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { throw .notA("a whole number", text, remedy) }
        guard let value = Int(text), range.contains(value) else { throw .impossible(text, "is out of range", remedy) }
        return value
    }

    /// A finite number from `range`.
    static func decimal(_ text: String, in range: ClosedRange<Double>) throws(ScalarProblem) -> Double {
        let remedy =
            range.upperBound == .greatestFiniteMagnitude
            ? "write a number from \(range.lowerBound)"
            : "write a number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = decimal(text) else { throw .notA("a number", text, remedy) }
        guard range.contains(value) else { throw .impossible(text, "is out of range", remedy) }
        return value
    }

    /// A finite number; nil when `text` is none.
    static func decimal(_ text: String) -> Double? {
        // `Double` also reads "nan", "inf" and "0x10": those hold other characters.
        let isDecimal = text.utf8.allSatisfy { byte in
            byte.isDigit || "+-.eE".utf8.contains(byte)
        }
        guard isDecimal, let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
