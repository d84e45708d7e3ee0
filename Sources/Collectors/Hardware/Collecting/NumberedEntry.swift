public import Platform

/// A numbered device or file as the kernel names them: `thermal_zone3`, `policy12`, `trip_point_0_temp`.
public struct NumberedEntry: Sendable, Hashable {
    public let path: HostPath
    public let number: Int

    /// The number as a label's value.
    public var label: String { String(number) }

    /// The names `prefix`N`suffix` sorted by N. Names with another form are left out: folders hold other things
    /// too (`cpu0` beside `cpufreq`). N is written without leading zeros and below 1,000,000.
    static func all(in folder: HostPath, names: [String], prefix: String, suffix: String) -> [NumberedEntry] {
        names.compactMap { name in
            guard name.hasPrefix(prefix), name.hasSuffix(suffix),
                name.utf8.count > prefix.utf8.count + suffix.utf8.count
            else { return nil }
            let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
            guard digits.count == 1 || digits.first != UInt8(ascii: "0"),
                let number = KernelText.decimal(digits, in: 0...999_999)
            else { return nil }
            return NumberedEntry(path: folder / name, number: Int(number))
        }
        .sorted { $0.number < $1.number }
    }
}
