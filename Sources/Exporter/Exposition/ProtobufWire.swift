/// The wire encoding of protocol buffers: tags, varints, fixed 64-bit numbers and length-prefixed fields.
/// Source: https://protobuf.dev/programming-guides/encoding/
extension [UInt8] {
    private enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
    }

    /// `uint32`, `uint64`, `int64` that is not negative, and enumerations.
    mutating func append(field: Int, varint value: UInt64) {
        append(tag: field, .varint)
        append(varint: value)
    }

    /// `double`.
    mutating func append(field: Int, double value: Double) {
        append(tag: field, .fixed64)
        Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { append(contentsOf: $0) }
    }

    /// `string`.
    mutating func append(field: Int, string: String) {
        append(tag: field, .lengthDelimited)
        append(varint: UInt64(string.utf8.count))
        append(text: string)
    }

    /// A message that is made already.
    mutating func append(field: Int, bytes: UnsafeRawBufferPointer) {
        append(tag: field, .lengthDelimited)
        append(varint: UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    /// A message that `body` appends.
    mutating func append(field: Int, message body: (inout [UInt8]) -> Void) {
        append(tag: field, .lengthDelimited)
        appendDelimited(body)
    }

    /// What `body` appends, preceded by its length.
    mutating func appendDelimited(_ body: (inout [UInt8]) -> Void) {
        // Most messages are shorter than 128 bytes: one byte is kept for the length, longer ones are moved up once.
        let start = count
        append(0)
        body(&self)
        let length = UInt64(count - start - 1)
        guard length >= 0x80 else {
            self[start] = UInt8(length)
            return
        }
        var prefix: [UInt8] = []
        prefix.append(varint: length)
        replaceSubrange(start...start, with: prefix)
    }

    @inline(__always)
    mutating func append(varint value: UInt64) {
        // Most are short.
        if value < 0x80 { append(UInt8(truncatingIfNeeded: value)) } else { append(longVarint: value) }
    }

    private mutating func append(longVarint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func append(tag field: Int, _ type: WireType) {
        append(varint: UInt64(field) << 3 | UInt64(type.rawValue))
    }
}
