/// Writes protocol buffers for tests, good and bad ones.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    static func message(_ body: (inout WireWriter) -> Void) -> [UInt8] {
        var writer = WireWriter()
        body(&writer)
        return writer.bytes
    }

    /// A message with its length before it.
    static func delimited(_ body: (inout WireWriter) -> Void) -> [UInt8] {
        let message = message(body)
        var writer = WireWriter()
        writer.raw(varint: UInt64(message.count))
        return writer.bytes + message
    }

    mutating func varint(_ field: Int, _ value: UInt64) {
        raw(varint: UInt64(field) << 3)
        raw(varint: value)
    }

    mutating func zigzag(_ field: Int, _ value: Int64) { varint(field, Self.zigzag(value)) }

    mutating func double(_ field: Int, _ value: Double) {
        raw(varint: UInt64(field) << 3 | 1)
        raw(double: value)
    }

    mutating func bytes(_ field: Int, _ content: [UInt8]) {
        raw(varint: UInt64(field) << 3 | 2)
        raw(varint: UInt64(content.count))
        bytes += content
    }

    mutating func string(_ field: Int, _ text: String) { bytes(field, Array(text.utf8)) }

    mutating func message(_ field: Int, _ body: (inout WireWriter) -> Void) { bytes(field, Self.message(body)) }

    mutating func packed(_ field: Int, zigzag values: [Int64]) {
        bytes(field, Self.message { packed in for value in values { packed.raw(varint: Self.zigzag(value)) } })
    }

    mutating func packed(_ field: Int, doubles values: [Double]) {
        bytes(field, Self.message { packed in for value in values { packed.raw(double: value) } })
    }

    mutating func raw(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func raw(_ more: [UInt8]) { bytes += more }

    private mutating func raw(double value: Double) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += Array($0) }
    }

    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
}

extension WireWriter {
    /// A family of `type` (counter 0, gauge 1, summary 2, untyped 3, histogram 4, gauge histogram 5).
    static func family(_ name: String, type: UInt64, _ metrics: [[UInt8]]) -> [UInt8] {
        delimited { family in
            family.string(1, name)
            family.string(2, "what it is")
            family.varint(3, type)
            for metric in metrics { family.bytes(4, metric) }
        }
    }

    /// A metric whose value is the field `kind` with what `value` writes.
    static func metric(
        _ kind: Int, _ labels: KeyValuePairs<String, String> = [:], _ value: (inout WireWriter) -> Void
    ) -> [UInt8] {
        message { metric in
            for (name, text) in labels {
                metric.message(1) { label in
                    label.string(1, name)
                    label.string(2, text)
                }
            }
            metric.message(kind, value)
            metric.varint(6, 1_700_000_000_000)
        }
    }
}
