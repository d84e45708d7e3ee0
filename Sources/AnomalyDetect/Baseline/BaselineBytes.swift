/// Writes numbers one after the other, in little-endian order.
struct BaselineWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ value: Double) { add(value.bitPattern) }

    mutating func add(_ values: [Float]) {
        add(UInt16(values.count))
        for value in values { add(value.bitPattern) }
    }

    mutating func add(_ values: [UInt8]) {
        add(UInt16(values.count))
        bytes.append(contentsOf: values)
    }

    mutating func add(_ values: [Double]) {
        add(UInt16(values.count))
        for value in values { add(value) }
    }
}

/// Reads what a `BaselineWriter` wrote. What is missing or cannot be is nil.
struct BaselineReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard place + size <= bytes.count else { return nil }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Value.self) }
        place += size
        return Value(littleEndian: value)
    }

    /// - Parameter range: what the number may be; NaN never.
    mutating func number(in range: ClosedRange<Double> = -1e300...1e300) -> Double? {
        guard let pattern = integer(UInt64.self) else { return nil }
        let value = Double(bitPattern: pattern)
        return range.contains(value) ? value : nil
    }

    /// Seconds since 1970.
    mutating func time() -> Int64? {
        guard let time = integer(Int64.self), LocalInstant.range.contains(time) else { return nil }
        return time
    }

    /// Seconds since 1970, or the least integer, which stands for none.
    mutating func timeOrNone() -> Int64? {
        guard let time = integer(Int64.self) else { return nil }
        return time == .min || LocalInstant.range.contains(time) ? time : nil
    }

    mutating func floats(_ count: Int) -> [Float]? {
        guard let stored = integer(UInt16.self), Int(stored) == count else { return nil }
        var values: [Float] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            guard let pattern = integer(UInt32.self) else { return nil }
            let value = Float(bitPattern: pattern)
            guard value.isFinite else { return nil }
            values.append(value)
        }
        return values
    }

    mutating func octets(_ count: Int) -> [UInt8]? {
        guard let stored = integer(UInt16.self), Int(stored) == count, place + count <= bytes.count else { return nil }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }

    /// - Parameter most: how many there may be.
    mutating func numbers(atMost most: Int) -> [Double]? {
        guard let stored = integer(UInt16.self), stored <= most else { return nil }
        var values: [Double] = []
        for _ in 0..<stored {
            guard let value = number() else { return nil }
            values.append(value)
        }
        return values
    }
}
