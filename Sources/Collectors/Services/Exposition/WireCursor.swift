/// Why bytes are no protocol buffers message.
struct WireFault: Error, Equatable {
    enum Reason: Equatable {
        case cutOff
        case overlongVarint
        case fieldNumber
        case wireType
        case group
        case tooLong
        case otherType
        case noName
        case messageTooLong
        case metricTooLong(bytes: Int)

        var text: String {
            switch self {
            case .cutOff: "a value that ends in the middle"
            case .overlongVarint: "a number of more than 64 bits"
            case .fieldNumber: "a field with an impossible number"
            case .wireType: "a field of an unknown kind"
            case .group: "a group"
            case .tooLong: "a field that is longer than its message"
            case .otherType: "a known field of another type"
            case .noName: "a metric before the name of its family"
            case .messageTooLong: "a message of more than 2 GiB"
            case .metricTooLong(let bytes): "a metric of \(bytes) bytes"
            }
        }
    }

    var position: Int
    var reason: Reason
}

/// One field of a message.
struct WireField {
    enum Content {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(Range<Int>)
        case fixed32(UInt32)
    }

    var number: Int
    var content: Content
    /// Behind the field.
    var end: Int

    /// `uint64`, `uint32` and enumerations.
    func unsigned() throws(WireFault) -> UInt64 {
        guard case .varint(let value) = content else { throw WireFault(position: end, reason: .otherType) }
        return value
    }

    /// `sint32` and `sint64`.
    func zigzag() throws(WireFault) -> Int64 { WireCursor.zigzag(try unsigned()) }

    func double() throws(WireFault) -> Double {
        guard case .fixed64(let bits) = content else { throw WireFault(position: end, reason: .otherType) }
        return Double(bitPattern: bits)
    }

    /// Strings and messages.
    func bytes() throws(WireFault) -> Range<Int> {
        guard case .bytes(let range) = content else { throw WireFault(position: end, reason: .otherType) }
        return range
    }
}

/// Walks through the wire encoding of protocol buffers.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
struct WireCursor {
    private(set) var position: Int
    let end: Int

    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position >= end }
    var bytesLeft: Int { end - position }

    static func zigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

    /// The next field, nil at the end.
    mutating func next(_ bytes: Span<UInt8>) throws(WireFault) -> WireField? {
        guard !isAtEnd else { return nil }
        let (number, type) = try tag(bytes)
        let content: WireField.Content
        switch type {
        case .varint: content = .varint(try varint(bytes))
        case .fixed64: content = .fixed64(try fixed(bytes, byteCount: 8))
        case .fixed32: content = .fixed32(UInt32(truncatingIfNeeded: try fixed(bytes, byteCount: 4)))
        case .lengthDelimited:
            let length = try varint(bytes)
            guard length <= UInt64(bytesLeft) else { throw WireFault(position: position, reason: .tooLong) }
            content = .bytes(take(Int(length)))
        }
        return WireField(number: number, content: content, end: position)
    }

    enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    /// The place of the next `count` bytes, of which there are so many.
    mutating func take(_ count: Int) -> Range<Int> {
        position += count
        return position - count..<position
    }

    /// The bits of a field that has no length.
    mutating func number(_ bytes: Span<UInt8>, _ type: WireType) throws(WireFault) -> UInt64 {
        switch type {
        case .varint: try varint(bytes)
        case .fixed64: try fixed(bytes, byteCount: 8)
        case .fixed32, .lengthDelimited: try fixed(bytes, byteCount: 4)
        }
    }

    /// The number and type of a field.
    mutating func tag(_ bytes: Span<UInt8>) throws(WireFault) -> (number: Int, type: WireType) {
        let start = position
        let tag = try varint(bytes)
        guard 1...0x1FFF_FFFF ~= tag >> 3 else { throw WireFault(position: start, reason: .fieldNumber) }
        guard let type = WireType(rawValue: tag & 7) else {
            throw WireFault(position: start, reason: 3...4 ~= tag & 7 ? .group : .wireType)
        }
        return (Int(tag >> 3), type)
    }

    /// A number of up to ten bytes, lowest seven bits first.
    mutating func varint(_ bytes: Span<UInt8>) throws(WireFault) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard position + index < end else { throw WireFault(position: position, reason: .cutOff) }
            let byte = bytes[position + index]
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            guard byte < 0x80 else { continue }
            guard index < 9 || byte <= 1 else { break }
            position += index + 1
            return value
        }
        throw WireFault(position: position, reason: .overlongVarint)
    }

    mutating func double(_ bytes: Span<UInt8>) throws(WireFault) -> Double {
        Double(bitPattern: try fixed(bytes, byteCount: 8))
    }

    /// A little-endian number.
    private mutating func fixed(_ bytes: Span<UInt8>, byteCount: Int) throws(WireFault) -> UInt64 {
        guard end - position >= byteCount else { throw WireFault(position: position, reason: .cutOff) }
        var value: UInt64 = 0
        for index in 0..<byteCount { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += byteCount
        return value
    }
}
