/// Walks through a JSON text (RFC 8259) without making a tree of it: for long answers of which little is kept.
///
/// Whoever walks says at each place what is to come. Strings that are no UTF-8 are repaired with U+FFFD.
public struct JSONScanner {
    /// Arrays and objects within each other in what is passed over.
    public static let depthMax = 128

    /// What is wrong with a text, and where.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// Counts the text's bytes from 0.
        public let offset: Int
        public let what: String

        public var description: String { "\(what) at byte \(offset)" }
    }

    /// What begins at a place.
    public enum Kind: Sendable {
        case object, array, string, number
        /// `true`, `false`, `null`.
        case word
        case nothing
    }

    private let text: [UInt8]
    /// The place reached.
    public private(set) var offset: Int

    public init(_ text: [UInt8], at offset: Int = 0) {
        self.text = text
        self.offset = offset
    }

    public func problem(_ what: String) -> Problem { Problem(offset: offset, what: what) }

    /// What comes next.
    public mutating func kind() -> Kind {
        skipSpace()
        guard let byte = peek else { return .nothing }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .word
        default: return .nothing
        }
    }

    /// Gives each member's name to `member`, which has to walk through the member's value.
    public mutating func object(_ member: (inout JSONScanner, String) throws(Problem) -> Void) throws(Problem) {
        guard take(UInt8(ascii: "{")) else { throw problem("no object") }
        if take(UInt8(ascii: "}")) { return }
        repeat {
            try member(&self, try name())
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("an object that does not end") }
    }

    /// Has `element` walk through each element.
    public mutating func array(_ element: (inout JSONScanner) throws(Problem) -> Void) throws(Problem) {
        guard take(UInt8(ascii: "[")) else { throw problem("no array") }
        if take(UInt8(ascii: "]")) { return }
        repeat {
            try element(&self)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("an array that does not end") }
    }

    public mutating func string() throws(Problem) -> String {
        let range = try rawString()
        if !text[range].contains(UInt8(ascii: "\\")) { return String(decoding: text[range], as: UTF8.self) }
        guard let string = JSONEscapes.text(text[range]) else { throw problem("a string with an escape that is none") }
        return string
    }

    /// Always finite.
    public mutating func number() throws(Problem) -> Double {
        guard kind() == .number else { throw problem("no number") }
        let start = offset
        try skipWord()
        let digits = text[start..<offset]
        // `Double` knows hexadecimal numbers, JSON does not.
        guard !digits.contains(UInt8(ascii: "x")), let number = Double(String(decoding: digits, as: UTF8.self)),
            number.isFinite
        else {
            throw problem("a number that is none, or too large")
        }
        return number
    }

    /// What `value` walks through; nil, and passed over, where there is a word such as `null` instead.
    public mutating func optional<Value>(
        _ value: (inout JSONScanner) throws(Problem) -> Value
    ) throws(Problem) -> Value? {
        guard kind() == .word else { return try value(&self) }
        try skip()
        return nil
    }

    /// Walks through a value of any kind. Numbers are only glanced at.
    public mutating func skip() throws(Problem) {
        // What has begun and not ended; true for objects.
        var open: [Bool] = []
        repeat {
            switch kind() {
            case .string: _ = try rawString()
            case .number, .word: try skipWord()
            case .object, .array:
                let isObject = peek == UInt8(ascii: "{")
                offset += 1
                if !take(Self.end(isObject)) {
                    guard open.count < Self.depthMax else { throw problem("more than \(Self.depthMax) levels") }
                    open.append(isObject)
                    if isObject { try skipName() }
                    continue
                }
            case .nothing: throw problem("no value")
            }
            try skipEnds(&open)
        } while !open.isEmpty
    }

    /// Nothing but space follows.
    public mutating func end() throws(Problem) {
        skipSpace()
        guard offset == text.count else { throw problem("more than one value") }
    }

    // MARK: Bytes

    private var peek: UInt8? { offset < text.count ? text[offset] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    private static func end(_ isObject: Bool) -> UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

    /// After a value: all that ends with it, or what comes before the next one.
    private mutating func skipEnds(_ open: inout [Bool]) throws(Problem) {
        while let isObject = open.last {
            if take(UInt8(ascii: ",")) {
                if isObject { try skipName() }
                return
            }
            guard take(Self.end(isObject)) else { throw problem("no end of an object or array") }
            open.removeLast()
        }
    }

    private mutating func name() throws(Problem) -> String {
        let name = try string()
        guard take(UInt8(ascii: ":")) else { throw problem("no ':' after a name") }
        return name
    }

    private mutating func skipName() throws(Problem) {
        _ = try rawString()
        guard take(UInt8(ascii: ":")) else { throw problem("no ':' after a name") }
    }

    /// The place of a string's bytes, escapes as they are, without its quotes.
    private mutating func rawString() throws(Problem) -> Range<Int> {
        guard take(UInt8(ascii: "\"")) else { throw problem("no string") }
        let start = offset
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return start..<offset - 1
            case UInt8(ascii: "\\"): offset += 2
            case 0..<0x20: throw problem("a control character in a string")
            default: offset += 1
            }
        }
        offset = text.count
        throw problem("a string that does not end")
    }

    private mutating func skipWord() throws(Problem) {
        let start = offset
        while let byte = peek, Self.isOfWord(byte) { offset += 1 }
        let first = text[start]
        guard first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") else { return }
        guard ["true", "false", "null"].contains(String(decoding: text[start..<offset], as: UTF8.self)) else {
            throw problem("no value")
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
