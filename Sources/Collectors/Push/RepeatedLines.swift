import Telemetry

/// Lines that came before, found by all their bytes but the values: what stands before the first colon (the head), and
/// what follows the values up to the line's end (the tail). A line that is found here needs no parsing.
///
/// An open-addressing table over an arena of bytes, which grow to a limit; when either is full everything is forgotten
/// and remembered anew, so that a sender who never repeats himself costs memory only up to that limit.
struct RepeatedLines {
    /// What is known of a line.
    struct Entry {
        var handle: SeriesHandle
        var type: PushedType
        var scale: ValueScale
        var inverseSampleRate: Double
    }

    /// 32 bytes, so that a look at one touches one line of the processor's cache.
    private struct Slot {
        /// Half of the hash; the other half says where the slot lies.
        var check: UInt32 = 0
        var start: UInt32 = 0
        var headCount: UInt16 = 0
        var tailCount: UInt16 = 0
        var type = PushedType.counter
        var isUsed = false
        var scale = ValueScale(decimals: 0, magnitude: .any)
        var handle = SeriesHandle.none
        var inverseSampleRate = 1.0
    }

    private var slots: [Slot]
    private var arena: [UInt8] = []
    private var used = 0
    private let entriesMax: Int
    private let bytesMax: Int
    let seed: UInt64

    /// - Parameters:
    ///   - entriesMax: lines remembered.
    ///   - bytesMax: bytes of theirs remembered, below 4 GiB.
    ///   - seed: random, so that nobody outside can make keys that collide.
    init(entriesMax: Int, bytesMax: Int, seed: UInt64) {
        self.entriesMax = entriesMax
        self.bytesMax = bytesMax
        self.seed = seed
        slots = [Slot](repeating: Slot(), count: 256)
    }

    /// What is known of the line of `head` and `tail`.
    @inline(__always)
    func find(_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, hash: UInt64) -> Entry? {
        slots.withUnsafeBufferPointer { slots in
            let mask = slots.count &- 1
            var position = Int(truncatingIfNeeded: hash) & mask
            let check = UInt32(truncatingIfNeeded: hash >> 32)
            while true {
                // Within bounds by the mask; an unused slot ends the search, and half of them are.
                let slot = slots.baseAddress.unsafelyUnwrapped + position
                guard slot.pointee.isUsed else { return nil }
                if slot.pointee.check == check, matches(slot.pointee, head, tail) {
                    return Entry(
                        handle: slot.pointee.handle, type: slot.pointee.type, scale: slot.pointee.scale,
                        inverseSampleRate: slot.pointee.inverseSampleRate)
                }
                position = (position &+ 1) & mask
            }
        }
    }

    /// Remembers a line; what was known of it, and holds no more, is replaced.
    mutating func insert(
        _ entry: Entry, _ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, hash: UInt64
    ) {
        guard head.count <= PushLimits.nameBytesMax, tail.count <= PushLimits.repeatedTailBytesMax else { return }
        if used >= entriesMax || arena.count + head.count + tail.count > bytesMax { forgetAll() }
        if used >= slots.count / 2 { grow() }
        var new = Slot(
            check: UInt32(truncatingIfNeeded: hash >> 32), start: UInt32(arena.count), headCount: UInt16(head.count),
            tailCount: UInt16(tail.count), type: entry.type, isUsed: true, scale: entry.scale, handle: entry.handle,
            inverseSampleRate: entry.inverseSampleRate)
        let mask = slots.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].isUsed {
            if slots[position].check == new.check, matches(slots[position], head, tail) {
                new.start = slots[position].start
                slots[position] = new
                return
            }
            position = (position + 1) & mask
        }
        slots[position] = new
        arena.append(contentsOf: head)
        arena.append(contentsOf: tail)
        used += 1
    }

    @inline(__always)
    private func matches(_ slot: Slot, _ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer) -> Bool {
        guard Int(slot.headCount) == head.count, Int(slot.tailCount) == tail.count else { return false }
        return arena.withUnsafeBytes { known in
            let start = known.baseAddress.unsafelyUnwrapped + Int(slot.start)
            return ByteWords.areEqual(start, head.baseAddress.unsafelyUnwrapped, count: head.count)
                && ByteWords.areEqual(start + head.count, tail.baseAddress.unsafelyUnwrapped, count: tail.count)
        }
    }

    /// Half of the places are free. They lie by the lower half of the hash, which is not kept: it is made again.
    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where slot.isUsed {
            var position = Int(truncatingIfNeeded: hash(of: slot)) & mask
            while slots[position].isUsed { position = (position + 1) & mask }
            slots[position] = slot
        }
    }

    private func hash(of slot: Slot) -> UInt64 {
        arena.withUnsafeBytes { known in
            let headEnd = Int(slot.start) + Int(slot.headCount)
            let head = UnsafeRawBufferPointer(rebasing: known[Int(slot.start)..<headEnd])
            let tail = UnsafeRawBufferPointer(rebasing: known[headEnd..<headEnd + Int(slot.tailCount)])
            return ByteWords.hash(tail, seed: ByteWords.hash(head, seed: seed))
        }
    }

    private mutating func forgetAll() {
        slots = [Slot](repeating: Slot(), count: 256)
        arena.removeAll(keepingCapacity: true)
        used = 0
    }
}
