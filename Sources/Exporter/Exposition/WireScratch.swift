/// Memory in which a message of many small fields is put together, before its length and itself are appended to a page.
///
/// A byte costs a store and nothing else: who writes reserves first, and must not write more than that.
struct WireScratch: ~Copyable {
    /// The longest varint.
    static let varintBytesMax = 10
    /// A field of a varint or a fixed number: its tag, below 128 or of two bytes, and its value.
    static let numberBytesMax = 2 + varintBytesMax

    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 8)
    private var count = 0

    deinit { memory.deallocate() }

    /// What was written since `begin`.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Empties the memory, and makes it large enough for `byteCount`.
    mutating func begin(reserving byteCount: Int) {
        count = 0
        guard byteCount > memory.count else { return }
        memory.deallocate()
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * byteCount, alignment: 8)
    }

    @inline(__always)
    mutating func append(byte: UInt8) {
        assert(count < memory.count)
        memory.baseAddress.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    @inline(__always)
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(byte: UInt8(truncatingIfNeeded: rest))
    }

    /// Wire types: 0 is a varint, 1 a fixed number of eight bytes, 2 what has a length.
    @inline(__always)
    mutating func append(tag field: UInt64, wireType: UInt64) { append(varint: field << 3 | wireType) }

    @inline(__always)
    mutating func append(field: UInt64, varint value: UInt64) {
        append(tag: field, wireType: 0)
        append(varint: value)
    }

    @inline(__always)
    mutating func append(field: UInt64, double value: Double) {
        append(tag: field, wireType: 1)
        assert(count &+ 8 <= memory.count)
        memory.baseAddress.unsafelyUnwrapped.storeBytes(
            of: value.bitPattern.littleEndian, toByteOffset: count, as: UInt64.self)
        count &+= 8
    }

    /// The bytes that `value` takes as a varint.
    @inline(__always)
    static func varintBytes(_ value: UInt64) -> UInt64 {
        // Seven bits a byte, and one byte for zero.
        UInt64(truncatingIfNeeded: (70 &- (value | 1).leadingZeroBitCount) / 7)
    }

    /// `sint32` and `sint64` as a varint's value.
    @inline(__always)
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
}
