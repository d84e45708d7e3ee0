import Glibc

/// The name of the line before, and what came of it: most lines have the same name as the one before them.
struct NameMemo {
    enum Verdict: Equatable {
        case unwanted
        /// Wanted, as all are, and not seen before.
        case new
        /// Wanted, with this number.
        case wanted(Int)
    }

    private(set) var verdict = Verdict.unwanted
    private var name: [UInt8] = []

    var count: Int { name.count }

    /// Whether the same name stands at `position` and ends there.
    @inline(__always)
    func matches(_ bytes: Span<UInt8>, at position: Int, end: Int) -> Bool {
        let nameEnd = position &+ name.count
        guard nameEnd < end, !name.isEmpty, Self.endsName(bytes[nameEnd]) else { return false }
        return name.withUnsafeBytes { known in
            bytes.extracting(position..<nameEnd).withUnsafeBytes {
                memcmp($0.baseAddress!, known.baseAddress!, known.count) == 0
            }
        }
    }

    mutating func remember(_ bytes: Span<UInt8>, _ range: Range<Int>, _ verdict: Verdict) {
        self.verdict = verdict
        name.removeAll(keepingCapacity: true)
        bytes.extracting(range).withUnsafeBufferPointer { name.append(contentsOf: $0) }
    }

    /// Whether `byte` is what follows a name.
    @inline(__always)
    static func endsName(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || ExpositionNumber.isBlank(byte) }
}
