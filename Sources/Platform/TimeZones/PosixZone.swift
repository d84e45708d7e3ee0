/// A zone as POSIX writes it in `TZ`: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZone: Sendable, Hashable {
    /// When daylight saving begins or ends in a year.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// 1...365, 29 February never counted.
            case julian(Int64)
            /// 0...365, 29 February counted.
            case ordinal(Int64)
            /// The weekday (Sunday 0) of the week (5: the last) of the month.
            case weekday(month: Int64, week: Int64, day: Int64)
        }

        var day: Day
        /// On the clock that holds before the change, seconds after midnight.
        var seconds: Int64
    }

    /// Seconds east of Greenwich.
    var standardOffset: Int32
    /// Nil without daylight saving.
    var summer: (offset: Int32, begin: Change, end: Change)? {
        guard let summerOffset, let begin, let end else { return nil }
        return (summerOffset, begin, end)
    }

    private var summerOffset: Int32?
    private var begin: Change?
    private var end: Change?

    func offset(at unixSeconds: Int64) -> Int32 {
        guard let summer else { return standardOffset }
        // A moment outside every calendar has no summer.
        guard unixSeconds.magnitude < 1 << 50 else { return standardOffset }
        let year = CivilDay.year(ofDay: (unixSeconds + Int64(standardOffset)).flooredDivision(by: 86_400))
        let begin = summer.begin.unixSeconds(year: year, offset: standardOffset)
        let end = summer.end.unixSeconds(year: year, offset: summer.offset)
        // South of the equator summer holds at both ends of the year.
        let isSummer =
            begin < end ? (begin..<end).contains(unixSeconds) : !(end..<begin).contains(unixSeconds)
        return isSummer ? summer.offset : standardOffset
    }

    /// Nil when `text` is no such zone.
    init?(_ text: String) {
        var reader = PosixZoneReader(rest: Array(text.utf8)[...])
        guard reader.name(), let west = reader.time() else { return nil }
        standardOffset = Int32(-west)
        guard !reader.rest.isEmpty else { return }
        guard reader.name() else { return nil }
        if let first = reader.rest.first, first != UInt8(ascii: ",") {
            guard let west = reader.time() else { return nil }
            summerOffset = Int32(-west)
        } else {
            summerOffset = standardOffset + 3_600
        }
        // The days are not always given; those of the United States hold then.
        if reader.rest.isEmpty {
            reader = PosixZoneReader(rest: Array(",M3.2.0,M11.1.0".utf8)[...])
        }
        guard let begin = reader.change(), let end = reader.change(), reader.rest.isEmpty else { return nil }
        self.begin = begin
        self.end = end
    }
}

extension PosixZone.Change {
    /// The moment in `year`; `offset` is that of the clock before it.
    func unixSeconds(year: Int64, offset: Int32) -> Int64 {
        let newYear = CivilDay.number(year: year, month: 1, day: 1)
        let number: Int64
        switch day {
        case .ordinal(let day): number = newYear + day
        case .julian(let day): number = newYear + day - 1 + (CivilDay.isLeap(year) && day >= 60 ? 1 : 0)
        case .weekday(let month, let week, let day):
            let first = CivilDay.number(year: year, month: month, day: 1)
            // 1970-01-01 was a Thursday.
            let firstWeekday = (first + 4).flooredRemainder(by: 7)
            let next = CivilDay.number(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
            var found = first + (day - firstWeekday).flooredRemainder(by: 7) + (week - 1) * 7
            while found >= next { found -= 7 }
            number = found
        }
        return number * 86_400 + seconds - Int64(offset)
    }
}

private struct PosixZoneReader {
    var rest: ArraySlice<UInt8>

    /// Skips an abbreviation of three or more letters, or anything in angle brackets.
    mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds, at most a week.
    mutating func time() -> Int64? {
        let sign: Int64 = take("-") ? -1 : 1
        if sign > 0 { _ = take("+") }
        guard var seconds = number(0...167).map({ $0 * 3_600 }) else { return nil }
        for scale: Int64 in [60, 1] where take(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * scale
        }
        return sign * seconds
    }

    /// `,DATE[/TIME]`.
    mutating func change() -> PosixZone.Change? {
        guard take(","), let day = day() else { return nil }
        guard take("/") else { return PosixZone.Change(day: day, seconds: 2 * 3_600) }
        return time().map { PosixZone.Change(day: day, seconds: $0) }
    }

    private mutating func day() -> PosixZone.Change.Day? {
        if take("J") { return number(1...365).map { .julian($0) } }
        guard take("M") else { return number(0...365).map { .ordinal($0) } }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6)
        else { return nil }
        return .weekday(month: month, week: week, day: day)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix(4).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return range.contains(value) ? value : nil
    }
}
