/// The pairs of name and label set that a page had so far.
struct SeriesSeen {
    /// Pairs plus one; 0 where a slot is free.
    private var slots = [UInt64](repeating: 0, count: 64)
    private var count = 0

    /// Whether the pair is new. Both numbers are below 2^31.
    @inline(__always)
    mutating func insert(name: Int, set: Int) -> Bool {
        if count &* 2 >= slots.count { grow() }
        let pair = (UInt64(UInt32(truncatingIfNeeded: name)) << 32 | UInt64(UInt32(truncatingIfNeeded: set))) &+ 1
        guard place(pair) else { return false }
        count &+= 1
        return true
    }

    @inline(__always)
    private mutating func place(_ pair: UInt64) -> Bool {
        let mask = slots.count &- 1
        // The upper half of a product depends on all bits (Fibonacci hashing).
        var position = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while slots[position] != 0 {
            if slots[position] == pair { return false }
            position = (position &+ 1) & mask
        }
        slots[position] = pair
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for pair in old where pair != 0 { _ = place(pair) }
    }
}
