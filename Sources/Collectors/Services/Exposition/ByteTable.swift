import Glibc

/// Runs of bytes by number: each different one gets the next number, from 0 on.
///
/// Open addressing over an arena. Searching allocates nothing.
struct ByteTable {
    private struct Entry {
        var hash: UInt64
        var start: Int
        var count: Int
    }

    /// A part of the hash beside the number, so that most probes end without a look at the bytes.
    private struct Slot {
        var check: UInt32 = 0
        /// One more than the number; 0 where the slot is free.
        var number: UInt32 = 0
    }

    private var entries: [Entry] = []
    private var slots = [Slot](repeating: Slot(), count: 64)
    private var arena: [UInt8] = []
    private let seed: UInt64

    init() {
        // As unforeseeable as that of Set and Dictionary: nobody outside can make keys that collide.
        seed = UInt64(bitPattern: Int64(Hasher().finalize()))
    }

    var count: Int { entries.count }

    @inline(__always)
    func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 { bytes.hash(range, seed: seed) }

    /// The number of the bytes in `range`, whose hash is `hash`.
    @inline(__always)
    func find(_ bytes: Span<UInt8>, _ range: Range<Int>, hash: UInt64) -> Int? {
        let mask = slots.count &- 1
        let check = UInt32(truncatingIfNeeded: hash >> 32)
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].number != 0 {
            if slots[position].check == check {
                let number = Int(slots[position].number &- 1)
                if matches(entries[number], bytes, range) { return number }
            }
            position = (position &+ 1) & mask
        }
        return nil
    }

    /// Adds bytes that `find` did not find; their number.
    mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>, hash: UInt64) -> Int {
        if entries.count >= slots.count / 2 { grow() }
        entries.append(Entry(hash: hash, start: arena.count, count: range.count))
        bytes.extracting(range).withUnsafeBufferPointer { arena.append(contentsOf: $0) }
        occupy(number: entries.count - 1)
        return entries.count - 1
    }

    /// The number of `text`, which is added where it is new.
    mutating func insert(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        let hash = hash(bytes.span, 0..<bytes.count)
        return find(bytes.span, 0..<bytes.count, hash: hash) ?? add(bytes.span, 0..<bytes.count, hash: hash)
    }

    @inline(__always)
    private func matches(_ entry: Entry, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard entry.count == range.count else { return false }
        return arena.withUnsafeBytes { known in
            bytes.extracting(range).withUnsafeBytes { sought in
                guard let known = known.baseAddress, let sought = sought.baseAddress else { return true }
                return memcmp(known + entry.start, sought, entry.count) == 0
            }
        }
    }

    private mutating func occupy(number: Int) {
        let mask = slots.count - 1
        let hash = entries[number].hash
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].number != 0 { position = (position + 1) & mask }
        slots[position] = Slot(check: UInt32(truncatingIfNeeded: hash >> 32), number: UInt32(number + 1))
    }

    private mutating func grow() {
        slots = [Slot](repeating: Slot(), count: slots.count * 2)
        for number in entries.indices { occupy(number: number) }
    }
}
