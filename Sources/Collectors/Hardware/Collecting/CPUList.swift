/// A list of CPUs as the kernel writes it: `0-3,8,10-11`.
struct CPUList: Equatable {
    let text: String
    let count: Int

    /// nil for what is no list.
    init?(_ bytes: some Collection<UInt8>) {
        var count = 0
        for part in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let bounds = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            let numbers = bounds.compactMap { KernelText.decimal($0, in: KernelNumbers.cpus) }
            guard numbers.count == bounds.count, (1...2).contains(numbers.count),
                numbers[0] <= numbers[numbers.count - 1]
            else { return nil }
            count += Int(numbers[numbers.count - 1] - numbers[0]) + 1
        }
        self.count = count
        let whole = String(decoding: bytes, as: UTF8.self)
        let isLong = whole.utf8.count > WatchLimits.cpuListBytesMax
        text = isLong ? String(whole.prefix(WatchLimits.cpuListBytesMax - 3)) + "…" : whole
    }

    /// CPUs, which need not be sorted, as the kernel writes them.
    static func text(_ cpus: [Int]) -> String {
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
