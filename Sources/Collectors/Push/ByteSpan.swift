import Glibc

/// Searching and hashing bytes in place.
extension Span<UInt8> {
    /// The first place of `byte` in `range`, which must lie within the span; nil when it is not there.
    @inline(__always)
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        withUnsafeBufferPointer { buffer -> Int? in
            guard let base = buffer.baseAddress, range.lowerBound >= 0, range.upperBound <= buffer.count,
                let found = memchr(base + range.lowerBound, Int32(byte), range.count)
            else { return nil }
            return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
        }
    }

    /// The bytes of `range` as text; invalid UTF-8 is nil.
    func text(_ range: Range<Int>) -> String? {
        extracting(range).withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
    }

    /// Mixes the bytes of `range` into `seed`: eight at a time, multiplied to 128 bits and folded.
    @inline(__always)
    func hash(_ range: Range<Int>, seed: UInt64) -> UInt64 {
        let raw = extracting(range).bytes
        var hash = seed ^ UInt64(truncatingIfNeeded: range.count)
        var offset = 0
        while offset &+ 8 <= raw.byteCount {
            let word = raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = fold(hash ^ word, 0xD6E8_FEB8_6659_FD93)
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < raw.byteCount {
            tail = tail << 8 | UInt64(raw.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            offset &+= 1
        }
        return fold(hash ^ tail, 0xA076_1D64_78BD_642F)
    }

    @inline(__always)
    private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
