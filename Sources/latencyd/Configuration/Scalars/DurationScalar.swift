/// Durations as they are written: a number and a unit from nanoseconds to weeks, `2.5ms`, `15m`, `35d`.
enum DurationScalar {
    /// From the longest on; a week and a day always have 7 days and 24 hours.
    private static let units: [(name: String, nanoseconds: Int)] = [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ns", 1),
    ]

    private static let remedy =
        "write a number and one of the units ns, us, ms, s, m, h, d, w, for example 10s or 2.5ms"

    /// Exact; finer than a nanosecond or longer than 292 years is refused.
    static func parse(_ text: String) throws(ScalarProblem) -> Duration {
        guard let quantity = DecimalQuantity(text) else { throw .notA("a duration", text, remedy) }
        if quantity.unit.isEmpty { throw .impossible(text, "has no unit", "write for example \(text)s or \(text)ms") }
        guard let unit = units.first(where: { $0.name == quantity.unit }) else {
            throw .notA("a duration", text, remedy)
        }
        switch quantity.scaled(by: unit.nanoseconds) {
        case .exactly(let nanoseconds): return .nanoseconds(nanoseconds)
        case .tooLarge: throw .impossible(text, "is too long", "write less than 292 years")
        case .tooFine: throw .impossible(text, "is finer than a nanosecond", "leave off the last digits")
        }
    }

    /// A duration from the `range`, whose ends belong to it.
    static func parse(_ text: String, in range: ClosedRange<Duration>) throws(ScalarProblem) -> Duration {
        let duration = try parse(text)
        guard range.contains(duration) else {
            throw .impossible(
                text, "is out of range",
                "write a duration from \(format(range.lowerBound)) to \(format(range.upperBound))")
        }
        return duration
    }

    /// The shortest way to write `duration`, which is not negative, in one unit without a fraction: `90s`, `15m`.
    static func format(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        guard nanoseconds != 0 else { return "0s" }
        let unit = units.first { nanoseconds.isMultiple(of: $0.nanoseconds) }!
        return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
}

extension Duration {
    /// Nanoseconds, the rest cut off. For durations below 292 years, as every configured one is.
    var wholeNanoseconds: Int {
        Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000)
    }

    /// Seconds, correctly rounded below 104 days, so that 2.5 ms is exactly the number written 0.0025.
    var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
