/// Bytes read eight at a time: searched, hashed and compared without a call for each piece, for pieces of lines are
/// short.
enum ByteWords {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Mixes bytes from `start` on into `seed`, up to the first that is `stop` or `otherStop`, or to `end`.
    ///
    /// At least eight bytes before `end` must be readable, though some of them may precede `start`.
    ///
    /// - Returns: where it stopped, and the hash, as `hash(_:seed:)` has it for the same bytes.
    @inline(__always)
    static func hash(
        from start: UnsafeRawPointer, to end: UnsafeRawPointer, stop: UInt8, otherStop: UInt8, seed: UInt64
    ) -> (stop: UnsafeRawPointer, hash: UInt64) {
        let stops = ones &* UInt64(stop)
        let otherStops = ones &* UInt64(otherStop)
        var hash = seed
        var at = start
        while true {
            let left = end - at
            let isWhole = left >= 8
            let word = isWhole ? at.loadUnaligned(as: UInt64.self) : lastBytes(before: end, count: left)
            // The lowest high bit that is set belongs to the first byte that is zero, here: equal to a stop.
            let found = zeros(word ^ stops) | zeros(word ^ otherStops)
            let count = found == 0 ? (isWhole ? 8 : left) : min(found.trailingZeroBitCount >> 3, left)
            if count == 8 {
                hash = mix(hash, word)
                at += 8
            } else {
                // The number of bytes keeps apart what ends in zeros.
                let rest = word & ((1 << (UInt64(count) << 3)) &- 1)
                return (at + count, finish(hash, rest, byteCount: at + count - start))
            }
        }
    }

    /// The hash of all of `bytes`.
    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var hash = seed
        var offset = 0
        while bytes.count - offset >= 8 {
            hash = mix(hash, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        for place in (offset..<bytes.count).reversed() { rest = rest << 8 | UInt64(bytes[place]) }
        return finish(hash, rest, byteCount: bytes.count)
    }

    /// The number that `word`, eight bytes of text, begins with: digits with or without a point among them, that end within
    /// the word. Without a loop, as a processor that has to guess where each number ends guesses wrong.
    ///
    /// - Returns: all digits as one number, how many of them follow the point, and the bytes of both; nil where there is
    ///   no digit, or no end.
    @inline(__always)
    static func digits(_ word: UInt64) -> (number: UInt64, decimals: Int, count: Int)? {
        // 0 to 9 in the bytes that are digits.
        var values = word ^ ones &* UInt64(UInt8(ascii: "0"))
        // Adding 0x76 sets the high bit of what is above 9. Digits carry nothing over, so that is exact up to the first
        // other byte.
        let other = lowestBit((values &+ ones &* 0x76 | values) & highBits)
        var end = other
        var digitCount = other.trailingZeroBitCount >> 3
        var decimals = 0
        var pointCount = 0
        let point = UInt64(UInt8(ascii: ".") ^ UInt8(ascii: "0"))
        if values & (other >> 7 &* 0xFF) == other >> 7 &* point, other != 0 {
            // What follows the point moves up to what precedes it.
            let before = other >> 7 &- 1
            let rest = values >> 8
            values = values & before | rest & ~before
            end = lowestBit((values &+ ones &* 0x76 | values) & highBits)
            let wholeCount = digitCount
            digitCount = end.trailingZeroBitCount >> 3
            decimals = digitCount &- wholeCount
            pointCount = 1
        }
        guard end != 0, digitCount > 0 else { return nil }
        // Zeros before the digits in the text, which is: in the lower bytes.
        let digits = values &<< UInt64(truncatingIfNeeded: (8 &- digitCount) << 3)
        // Neighbours are put together: to pairs, to fours, to all.
        let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        let number = (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
        return (number, decimals, digitCount &+ pointCount)
    }

    @inline(__always)
    private static func lowestBit(_ word: UInt64) -> UInt64 { word & (0 &- word) }

    /// The first of the bytes from `start` on that is `stop` or `otherStop`; `end` where none is.
    @inline(__always)
    static func first(
        _ stop: UInt8, or otherStop: UInt8, from start: UnsafeRawPointer, to end: UnsafeRawPointer
    ) -> UnsafeRawPointer {
        let stops = ones &* UInt64(stop)
        let otherStops = ones &* UInt64(otherStop)
        var at = start
        while end - at >= 8 {
            let word = at.loadUnaligned(as: UInt64.self)
            let found = zeros(word ^ stops) | zeros(word ^ otherStops)
            if found != 0 { return at + found.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < end {
            let byte = at.load(as: UInt8.self)
            if byte == stop || byte == otherStop { return at }
            at += 1
        }
        return end
    }

    /// Whether `count` bytes at both places are the same.
    @inline(__always)
    static func areEqual(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer, count: Int) -> Bool {
        guard count >= 8 else {
            for offset in 0..<count
            where one.load(fromByteOffset: offset, as: UInt8.self) != other.load(fromByteOffset: offset, as: UInt8.self)
            {
                return false
            }
            return true
        }
        var offset = 0
        while offset &+ 8 < count {
            guard word(one, offset) == word(other, offset) else { return false }
            offset &+= 8
        }
        // The last word may overlap the one before it.
        return word(one, count &- 8) == word(other, count &- 8)
    }

    /// The last `count` bytes before `end`, fewer than eight, in the lower end of a word.
    @inline(__always)
    private static func lastBytes(before end: UnsafeRawPointer, count: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        return (end - 8).loadUnaligned(as: UInt64.self) >> (UInt64(8 &- count) << 3)
    }

    @inline(__always)
    private static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// The high bit of each byte that is zero, exact up to the first of them.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }

    /// Multiplied to 128 bits and folded.
    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    @inline(__always)
    private static func finish(_ hash: UInt64, _ rest: UInt64, byteCount: Int) -> UInt64 {
        let product = (hash ^ rest &+ UInt64(truncatingIfNeeded: byteCount) &<< 56)
            .multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
