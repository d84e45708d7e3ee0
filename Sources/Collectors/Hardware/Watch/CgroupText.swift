/// What stands in the files of a cgroup.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel.
enum CgroupText {
    /// A limit, or that there is none.
    enum Limit: Equatable {
        case none
        case value(Double)
    }

    /// Memory of one kind on one NUMA node: bytes, or pages in version 1.
    struct NodeAmount: Equatable {
        let kind: Substring
        let node: Int
        let amount: Double
    }

    /// Exact as a Double.
    static let counts: ClosedRange<Int64> = 0...1 << 53
    /// Version 1 says "no limit" by the largest multiple of a page.
    private static let unlimitedBytes: Int64 = 1 << 60

    /// A file that holds one count.
    static func count(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: counts).map(Double.init)
    }

    /// The values of `keys` in lines of `KEY NUMBER`, nil for keys that are not there; nil for anything else.
    static func values(_ content: [UInt8], of keys: [StaticString]) -> [Double?]? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        var values = [Double?](repeating: nil, count: keys.count)
        var start = 0
        while start < content.count {
            guard let end = content[start...].firstIndex(of: UInt8(ascii: "\n")),
                let space = content[start..<end].firstIndex(of: UInt8(ascii: " ")), space > start
            else { return nil }
            let key = content[start..<space]
            if let place = keys.firstIndex(where: { $0.isSame(as: key) }) {
                guard let number = KernelText.decimal(content[(space + 1)..<end], in: 0 ... .max) else { return nil }
                values[place] = Double(number)
            } else if !key.allSatisfy({ (0x21...0x7e).contains($0) }) {
                return nil
            }
            start = end + 1
        }
        return values
    }

    /// `memory.max` and the like: bytes, or `max`.
    static func bytesLimit(_ content: [UInt8]) -> Limit? {
        if content.elementsEqual("max\n".utf8) { return Limit.none }
        return KernelText.integer(content, in: 0 ... .max).map { $0 >= unlimitedBytes ? .none : .value(Double($0)) }
    }

    /// `cpu.max`: `QUOTA PERIOD` in microseconds, or `max PERIOD`; as a number of CPUs.
    static func cores(_ content: [UInt8]) -> Limit? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        let fields = content.dropLast().split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 2, let period = KernelText.decimal(fields[1], in: 1...counts.upperBound) else {
            return nil
        }
        if fields[0].elementsEqual("max".utf8) { return Limit.none }
        return KernelText.decimal(fields[0], in: counts).map { .value(Double($0) / Double(period)) }
    }

    /// `cpu.cfs_quota_us`: microseconds, or -1 for no limit.
    static func quota(_ content: [UInt8]) -> Limit? {
        KernelText.integer(content, in: -1...counts.upperBound).map { $0 < 0 ? .none : .value(Double($0)) }
    }

    /// `cpu.cfs_period_us`: microseconds.
    static func period(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: 1...counts.upperBound).map(Double.init)
    }

    /// `memory.numa_stat`: lines of `anon N0=4096 N1=0`, in version 1 of `anon=1 N0=1 N1=0`. Those of `kinds`.
    static func nodes(_ content: [UInt8], of kinds: [String]) -> [NodeAmount]? {
        guard content.last == UInt8(ascii: "\n"), let text = String(validating: content, as: UTF8.self) else {
            return nil
        }
        var amounts: [NodeAmount] = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let fields = line.split(separator: " ")
            guard fields.count >= 2, let kind = fields[0].split(separator: "=").first else { return nil }
            guard kinds.contains(where: { $0 == kind }) else { continue }
            for field in fields.dropFirst() {
                guard let (node, amount) = node(field) else { return nil }
                amounts.append(NodeAmount(kind: kind, node: node, amount: Double(amount)))
            }
        }
        return amounts
    }

    /// `N3=12`.
    static func node(_ field: Substring) -> (Int, Int64)? {
        guard field.first == "N", let equals = field.firstIndex(of: "="),
            let node = KernelText.decimal(field[..<equals].utf8.dropFirst(), in: KernelNumbers.nodes),
            let amount = KernelText.decimal(field[equals...].utf8.dropFirst(), in: counts)
        else { return nil }
        return (Int(node), amount)
    }
}

extension StaticString {
    fileprivate func isSame(as bytes: ArraySlice<UInt8>) -> Bool {
        withUTF8Buffer { $0.count == bytes.count && bytes.elementsEqual($0) }
    }
}
