/// A list of CPUs as the kernel writes it: `0-3,8,10-11`.
struct CPUList: Equatable {
    let text: String
    let count: Int
    let cpus: CPUSet

    /// nil for what is no list.
    init?(_ bytes: some Collection<UInt8>) {
        guard let ranges = Self.ranges(bytes) else { return nil }
        count = ranges.reduce(0) { $0 + $1.count }
        cpus = CPUSet(ranges)
        let whole = String(decoding: bytes, as: UTF8.self)
        let isLong = whole.utf8.count > WatchLimits.cpuListBytesMax
        text = isLong ? String(whole.prefix(WatchLimits.cpuListBytesMax - 3)) + "…" : whole
    }

    /// The CPUs, or nodes, that a file or field names, a line feed at the end left out; empty for an empty list, as of
    /// a memory node without CPUs. nil for what is no list.
    static func ids(_ content: some BidirectionalCollection<UInt8>) -> Set<Int>? {
        let list = content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...]
        if list.isEmpty { return content.isEmpty ? nil : [] }
        guard let ranges = ranges(list), ranges.reduce(0, { $0 + $1.count }) <= idsMax else { return nil }
        return Set(ranges.joined())
    }

    /// The most CPUs, more than the kernel can have (NR_CPUS): a list that names some many times is none of its.
    private static let idsMax = 65_536

    private static func ranges(_ bytes: some Collection<UInt8>) -> [ClosedRange<Int>]? {
        var ranges: [ClosedRange<Int>] = []
        for part in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let bounds = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            let numbers = bounds.compactMap { KernelText.decimal($0, in: KernelNumbers.cpus) }
            guard numbers.count == bounds.count, (1...2).contains(numbers.count),
                numbers[0] <= numbers[numbers.count - 1]
            else { return nil }
            ranges.append(Int(numbers[0])...Int(numbers[numbers.count - 1]))
        }
        return ranges
    }

    /// CPUs, which need not be sorted, as the kernel writes them.
    static func text(_ cpus: some Sequence<Int>) -> String {
        var ranges: [(first: Int, last: Int)] = []
        for cpu in cpus.sorted() {
            if let last = ranges.last, cpu <= last.last + 1 {
                ranges[ranges.count - 1].last = max(last.last, cpu)
            } else {
                ranges.append((cpu, cpu))
            }
        }
        return ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }.joined(separator: ",")
    }
}
