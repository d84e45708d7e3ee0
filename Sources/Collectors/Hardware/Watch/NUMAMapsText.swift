/// What stands in `/proc/PID/numa_maps`: where a process' memory is.
///
/// Source: numa_maps(5) in Documentation/filesystems/proc.rst of the kernel.
enum NUMAMapsText {
    /// Bytes by node, of lines like `7f00aa000000 default anon=3 dirty=3 N0=2 N1=1 kernelpagesize_kB=4`.
    static func bytes(_ content: [UInt8]) -> [Int: Double]? {
        var bytes: [Int: Double] = [:]
        var start = 0
        while start < content.count {
            guard let end = content[start...].firstIndex(of: UInt8(ascii: "\n")),
                add(content[start..<end], to: &bytes)
            else { return nil }
            start = end + 1
        }
        return bytes
    }

    private static func add(_ line: ArraySlice<UInt8>, to bytes: inout [Int: Double]) -> Bool {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count >= 2, fields[0].allSatisfy({ isHexadecimal($0) }) else { return false }
        var pages: [(node: Int, count: Int64)] = []
        var kibibytes: Int64 = 4
        for field in fields.dropFirst(2) {
            if field.first == UInt8(ascii: "N"), let equals = field.firstIndex(of: UInt8(ascii: "=")),
                let node = KernelText.decimal(field[(field.startIndex + 1)..<equals], in: KernelNumbers.nodes)
            {
                guard let count = KernelText.decimal(field[(equals + 1)...], in: 0...1 << 43) else { return false }
                pages.append((Int(node), count))
            } else if field.starts(with: "kernelpagesize_kB=".utf8) {
                guard let size = KernelText.decimal(field.dropFirst(18), in: 1...1 << 30) else { return false }
                kibibytes = size
            }
        }
        for (node, count) in pages { bytes[node, default: 0] += Double(count) * Double(kibibytes) * 1_024 }
        return true
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
