/// Byte sizes as they are written: `2GiB` counts in 1024s, `512MB` in 1000s.
enum ByteSizeScalar {
    private static let units: [String: Int] = [
        "B": 1, "kB": 1_000, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
    ]

    /// Whole bytes.
    static func parse(_ text: String) throws(ScalarProblem) -> Int {
        guard let quantity = DecimalQuantity(text), let unit = units[String(quantity.unit)] else {
            throw .notA(
                "a size", text,
                "write a number and one of the units B, KB, MB, GB, TB, KiB, MiB, GiB, TiB, for example 2GiB")
        }
        switch quantity.scaled(by: unit) {
        case .exactly(let bytes): return bytes
        case .tooLarge: throw .impossible(text, "is too large", "write less than 8388608TiB")
        case .tooFine: throw .impossible(text, "is no whole number of bytes", "leave off the last digits")
        }
    }
}
