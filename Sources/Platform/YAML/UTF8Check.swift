/// Finds what is not UTF-8.
enum UTF8Check {
    /// The offset of the first byte that does not belong to a valid sequence; nil when all do.
    static func firstInvalid(_ bytes: ArraySlice<UInt8>) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }
}

extension YAMLMark {
    /// The place right behind `text`.
    init(endOf text: some Collection<UInt8>) {
        self.init(line: 1, column: 1)
        var previous: UInt8 = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                line += 1
                column = 1
            // Continuation bytes are not characters of their own.
            case 0x80...0xBF: break
            default: column += 1
            }
            previous = byte
        }
    }
}
