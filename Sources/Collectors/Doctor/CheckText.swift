/// What checks read and write beside the texts of the collectors.
enum CheckText {
    /// A file's first line, without its line feed; nil when it is empty or no text.
    static func line(_ content: [UInt8]) -> String? {
        let line = content.prefix { $0 != UInt8(ascii: "\n") }
        return line.isEmpty ? nil : String(validating: line, as: UTF8.self)
    }

    /// No count of a kernel is further from 0, and thousands of them can be added and subtracted.
    static let numbers: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    /// A file with one whole number.
    static func number(_ content: [UInt8]) -> Int64? { KernelText.integer(content, in: numbers) }

    // MARK: Writing

    /// `0.123` as `12.3 %`.
    static func percent(_ share: Double) -> String { "\(tenths(share * 100)) %" }

    /// With one decimal place.
    static func tenths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// A size in the unit that reads best.
    static func size(_ bytes: Double) -> String {
        if bytes >= 1_073_741_824 { return "\(tenths(bytes / 1_073_741_824)) GiB" }
        if bytes >= 1_048_576 { return "\(tenths(bytes / 1_048_576)) MiB" }
        return "\(tenths(bytes / 1_024)) KiB"
    }

    /// Seconds, in the unit that reads best.
    static func time(_ seconds: Double) -> String {
        if seconds >= 1 { return "\(tenths(seconds)) s" }
        if seconds >= 0.001 { return "\(tenths(seconds * 1e3)) ms" }
        return "\(Int64((seconds * 1e6).rounded())) µs"
    }

    /// `1 CPU`, `2 CPUs`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
