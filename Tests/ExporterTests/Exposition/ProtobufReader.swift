/// Reads delimited protobuf metric families back, written apart from the encoder: wire fields first, then their
/// meaning by the numbers of Prometheus' `metrics.proto`.
struct ProtobufReader {
    enum Fault: Error, Equatable {
        case truncated
        case varintTooLong
        case wireType(UInt8)
        case missing(field: Int)
    }

    enum Payload: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes([UInt8])
    }

    struct Message {
        var fields: [(number: Int, payload: Payload)] = []

        init(_ bytes: ArraySlice<UInt8>) throws(Fault) {
            var rest = bytes
            while !rest.isEmpty {
                let tag = try ProtobufReader.varint(&rest)
                let payload: Payload
                switch tag & 7 {
                case 0: payload = .varint(try ProtobufReader.varint(&rest))
                case 1:
                    let raw = try ProtobufReader.take(8, &rest)
                    payload = .fixed64(raw.reversed().reduce(0) { $0 << 8 | UInt64($1) })
                case 2:
                    let length = try ProtobufReader.varint(&rest)
                    payload = .bytes(Array(try ProtobufReader.take(Int(length), &rest)))
                default: throw .wireType(UInt8(tag & 7))
                }
                fields.append((Int(tag >> 3), payload))
            }
        }

        func unsigned(_ number: Int) -> UInt64? {
            for case (number, .varint(let value)) in fields { return value }
            return nil
        }
        func signed(_ number: Int) -> Int64? { unsigned(number).map(ProtobufReader.unzigzag) }
        func double(_ number: Int) -> Double? {
            for case (number, .fixed64(let value)) in fields { return Double(bitPattern: value) }
            return nil
        }
        func byteFields(_ number: Int) -> [[UInt8]] {
            fields.compactMap { if case (number, .bytes(let bytes)) = $0 { bytes } else { nil } }
        }
        func string(_ number: Int) -> String? {
            byteFields(number).first.map { String(decoding: $0, as: UTF8.self) }
        }
        func messages(_ number: Int) throws(Fault) -> [Message] {
            var found: [Message] = []
            for bytes in byteFields(number) { found.append(try Message(bytes[...])) }
            return found
        }
    }

    /// The messages of a delimited stream.
    static func stream(_ page: [UInt8]) throws(Fault) -> [Message] {
        var rest = page[...]
        var messages: [Message] = []
        while !rest.isEmpty {
            let length = try varint(&rest)
            messages.append(try Message(take(Int(length), &rest)))
        }
        return messages
    }

    static func packedSigned(_ bytes: [UInt8]) throws(Fault) -> [Int64] {
        var rest = bytes[...]
        var values: [Int64] = []
        while !rest.isEmpty { values.append(unzigzag(try varint(&rest))) }
        return values
    }

    private static func unzigzag(_ value: UInt64) -> Int64 {
        value % 2 == 0 ? Int64(value / 2) : -Int64(value / 2) - 1
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> UInt64 {
        var value: UInt64 = 0
        for shift in 0..<10 {
            guard let byte = rest.popFirst() else { throw .truncated }
            value += UInt64(byte % 128) << (7 * UInt64(shift))
            if byte < 128 { return value }
        }
        throw .varintTooLong
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
