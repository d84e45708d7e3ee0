/// A number as the kernel writes it into tables with a column for each CPU: a space, then ten places, the number to the
/// right.
///
/// A big host's table of interrupts has 20,000 of them. Digit by digit they cost a fifth of a whole collection, eight
/// places at a time next to nothing.
enum AlignedColumn {
    /// The space and the ten places, in bytes.
    static let width = 11
    /// The places that are taken at once, the last ones.
    private static let digits = 8

    /// The number that stands in the column from `start` on; nil for one of more than eight digits and for anything
    /// that is no such column, which is then to be read in another way.
    ///
    /// - Parameter end: the line's, at most the count of `bytes`.
    static func number(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> UInt32? {
        guard let base = bytes.baseAddress, start + width <= end,
            start + width == end || base[start + width] == space,
            base[start] == space, base[start + 1] == space, base[start + 2] == space
        else { return nil }
        let loaded = UnsafeRawPointer(base + start + width - digits).loadUnaligned(as: UInt64.self)
        return number(UInt64(littleEndian: loaded))
    }

    /// Eight characters, the first in the lowest byte: spaces, then at least one digit.
    private static func number(_ characters: UInt64) -> UInt32? {
        let blanks = (characters ^ 0x2020_2020_2020_2020).trailingZeroBitCount & ~7
        guard blanks < UInt64.bitWidth else { return nil }
        var digits = ((characters ^ 0x3030_3030_3030_3030) >> blanks) << blanks
        // Adding 0x76 sets the highest bit of every byte that is above 9.
        guard (digits | (digits &+ 0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 == 0 else { return nil }
        // Neighbours become pairs, pairs fours, fours the number.
        digits = (digits &* (10 << 8 + 1)) >> 8 & 0x00ff_00ff_00ff_00ff
        digits = (digits &* (100 << 16 + 1)) >> 16 & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: (digits &* (10_000 << 32 + 1)) >> 32)
    }

    private static let space = UInt8(ascii: " ")
}
