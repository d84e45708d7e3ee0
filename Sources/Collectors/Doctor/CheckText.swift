/// Reads what the kernel writes, for checks that run once: plain rather than fast.
enum CheckText {
    /// A file with one line, without its line feed; nil when it is empty.
    static func line(_ text: String) -> String? {
        let line = text.prefix { $0 != "\n" }
        return line.isEmpty ? nil : String(line)
    }

    /// No count of a kernel is further from 0, and thousands of them can be added and subtracted.
    static let numbers: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    /// A file with one whole number.
    static func number(_ text: String) -> Int64? { KernelText.integer(Array(text.utf8), in: numbers) }

    /// A whole number within a line.
    static func number(_ field: Substring) -> Int64? { Int64(field).flatMap { numbers.contains($0) ? $0 : nil } }

    /// The word in brackets of `always [madvise] never`.
    static func chosen(_ text: String) -> String? {
        guard let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") else { return nil }
        let word = text[text.index(after: open)..<close]
        return word.isEmpty ? nil : String(word)
    }

    /// Lines of a name and a number, as in `/proc/vmstat`, `cpu.stat` and `/proc/meminfo` (`MemTotal:  123 kB`, in
    /// kB). Nil when there is none.
    static func table(_ text: String) -> [String: Int64]? {
        var table: [String: Int64] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 2, let value = number(fields[1]) else { continue }
            let name = fields[0].last == ":" ? fields[0].dropLast() : fields[0]
            table[String(name)] = value
        }
        return table.isEmpty ? nil : table
    }

    /// How many CPUs or nodes a list such as `0-3,8,10-11` names; nil for what is none.
    static func ids(_ text: String) -> Set<Int>? {
        guard let line = line(text) else { return nil }
        var ids: Set<Int> = []
        for part in line.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                first >= 0, last >= first, last < 65_536
            else { return nil }
            ids.formUnion(first...last)
        }
        return ids
    }

    /// The counters of the line `cpu ` of `/proc/stat`, in ticks: user, nice, system, idle, iowait, irq, softirq,
    /// steal and so on.
    static func processorTicks(_ text: String) -> [Int64]? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        let ticks = line.split(separator: " ").dropFirst().compactMap { number($0) }
        return ticks.count >= 4 ? ticks : nil
    }

    // MARK: Writing

    /// `0.123` as `12.3 %`.
    static func percent(_ share: Double) -> String { "\(tenths(share * 100)) %" }

    /// With one decimal place.
    static func tenths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// A size given in KiB, in the unit that reads best.
    static func size(kibibytes: Int64) -> String {
        let value = Double(kibibytes)
        if value >= 1_048_576 { return "\(tenths(value / 1_048_576)) GiB" }
        if value >= 1_024 { return "\(tenths(value / 1_024)) MiB" }
        return "\(kibibytes) KiB"
    }

    /// Seconds, in the unit that reads best.
    static func time(_ seconds: Double) -> String {
        if seconds >= 1 { return "\(tenths(seconds)) s" }
        if seconds >= 0.001 { return "\(tenths(seconds * 1e3)) ms" }
        return "\(Int64((seconds * 1e6).rounded())) µs"
    }

    /// `1 CPU`, `2 CPUs`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Several numbers as the kernel lists them: `0-3,8`.
    static func list(_ ids: some Sequence<Int>) -> String {
        var runs: [(Int, Int)] = []
        for id in ids.sorted() {
            if let last = runs.last, last.1 + 1 == id { runs[runs.count - 1].1 = id } else { runs.append((id, id)) }
        }
        return runs.map { $0 == $1 ? "\($0)" : "\($0)-\($1)" }.joined(separator: ",")
    }
}
