import Glibc
import Telemetry

/// What is known of lines, found by the very bytes of their name, type and tags: a line that is known costs a hash, a
/// look and a comparison.
///
/// An open-addressing table over an arena of bytes, which grow to a limit; when either is full everything is forgotten
/// and learned anew, so that a sender who never repeats himself costs memory only up to that limit.
struct LineCache<Entry> {
    private struct Slot {
        var hash: UInt64 = 0
        var nameStart: UInt32 = 0
        var nameCount: UInt16 = 0
        var tagsCount: UInt16 = 0
        var type = PushedType.counter
        var entry: Entry?
    }

    private var slots: [Slot]
    private var arena: [UInt8] = []
    private var used = 0
    private let entriesMax: Int
    private let bytesMax: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - entriesMax: lines remembered.
    ///   - bytesMax: bytes of theirs remembered, below 4 GiB.
    ///   - seed: random, so that nobody outside can make keys that collide.
    init(entriesMax: Int, bytesMax: Int, seed: UInt64) {
        self.entriesMax = entriesMax
        self.bytesMax = bytesMax
        slots = [Slot](repeating: Slot(), count: 256)
        self.seed = seed
    }

    /// A hash of what the cache is searched by.
    @inline(__always)
    func hash(_ line: StatsDLine, _ bytes: Span<UInt8>) -> UInt64 {
        let name = bytes.hash(line.name, seed: seed &+ UInt64(line.type.rawValue))
        return bytes.hash(line.tags, seed: name)
    }

    /// What is known of `line`.
    @inline(__always)
    func find(_ line: StatsDLine, _ bytes: Span<UInt8>, hash: UInt64) -> Entry? {
        let mask = slots.count &- 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while let entry = slots[position].entry {
            if slots[position].hash == hash, slots[position].type == line.type, matches(slots[position], line, bytes) {
                return entry
            }
            position = (position &+ 1) & mask
        }
        return nil
    }

    /// Remembers `line`; what was known of it, and holds no more, is replaced.
    mutating func insert(_ entry: Entry, for line: StatsDLine, _ bytes: Span<UInt8>, hash: UInt64) {
        let bytesNeeded = line.name.count + line.tags.count
        if used >= entriesMax || arena.count + bytesNeeded > bytesMax { forgetAll() }
        if used >= slots.count / 2 { grow() }
        let mask = slots.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].entry != nil {
            if slots[position].hash == hash, slots[position].type == line.type, matches(slots[position], line, bytes) {
                slots[position].entry = entry
                return
            }
            position = (position + 1) & mask
        }
        slots[position] = Slot(
            hash: hash, nameStart: UInt32(arena.count), nameCount: UInt16(line.name.count),
            tagsCount: UInt16(line.tags.count), type: line.type, entry: entry)
        for i in line.name { arena.append(bytes[i]) }
        for i in line.tags { arena.append(bytes[i]) }
        used += 1
    }

    @inline(__always)
    private func matches(_ slot: Slot, _ line: StatsDLine, _ bytes: Span<UInt8>) -> Bool {
        guard Int(slot.nameCount) == line.name.count, Int(slot.tagsCount) == line.tags.count else { return false }
        return arena.withUnsafeBytes { known in
            bytes.withUnsafeBufferPointer { sent in
                let start = known.baseAddress! + Int(slot.nameStart)
                return memcmp(start, sent.baseAddress! + line.name.lowerBound, line.name.count) == 0
                    && memcmp(
                        start + line.name.count, sent.baseAddress! + line.tags.lowerBound, line.tags.count) == 0
            }
        }
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where slot.entry != nil {
            var position = Int(truncatingIfNeeded: slot.hash) & mask
            while slots[position].entry != nil { position = (position + 1) & mask }
            slots[position] = slot
        }
    }

    private mutating func forgetAll() {
        slots = [Slot](repeating: Slot(), count: 256)
        arena.removeAll(keepingCapacity: true)
        used = 0
    }
}
