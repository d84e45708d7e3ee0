internal import Platform

/// Times of the day and moments, for windows in which alerts are muted.
enum MomentScalars {
    static let remedy =
        "write a time such as \"02:00\", or a moment such as 2026-12-24T02:00:00Z, or 2026-12-24 02:00 for local time"

    enum Value: Equatable {
        /// Minutes since midnight, at most 1,440.
        case timeOfDay(Int)
        case moment(MuteMoment)
    }

    static func parse(_ text: String) throws(ScalarProblem) -> Value {
        let bytes = Array(text.utf8)
        if bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hour = number(bytes[0..<2]),
            let minute = number(bytes[3..<5])
        {
            guard hour < 24 && minute < 60 || hour == 24 && minute == 0 else {
                throw .impossible(text, "is no time of a day", "write one from \"00:00\" to \"24:00\"")
            }
            return .timeOfDay(hour * 60 + minute)
        }
        return .moment(try moment(text, bytes))
    }

    /// `2026-12-24T02:00:00Z`, with an offset, or without one; with a space for the T, without seconds.
    private static func moment(_ text: String, _ bytes: [UInt8]) throws(ScalarProblem) -> MuteMoment {
        let separators = [4: UInt8(ascii: "-"), 7: UInt8(ascii: "-"), 13: UInt8(ascii: ":")]
        guard bytes.count >= 16, separators.allSatisfy({ bytes[$0.key] == $0.value }),
            [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(bytes[10]),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16])
        else { throw .notA("a moment", text, remedy) }
        var rest = bytes[16...]
        var second = 0
        if rest.first == UInt8(ascii: ":"), rest.count >= 3, let seconds = number(rest.dropFirst().prefix(2)) {
            second = seconds
            rest = rest.dropFirst(3)
        }
        guard (1...12).contains(month), (1...days(year, month)).contains(day), hour < 24, minute < 60, second < 60
        else {
            throw .impossible(text, "is no moment of the calendar", remedy)
        }
        let date = CivilDay.number(year: Int64(year), month: Int64(month), day: Int64(day))
        let seconds = date * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        if rest.isEmpty { return .local(seconds) }
        guard let offset = offsetSeconds(Array(rest)) else { throw .notA("a moment", text, remedy) }
        return .absolute(seconds - offset)
    }

    /// `Z`, `+01:00`.
    private static func offsetSeconds(_ bytes: [UInt8]) -> Int64? {
        if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
            let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return Int64(hours * 3_600 + minutes * 60)
        case UInt8(ascii: "-"): return -Int64(hours * 3_600 + minutes * 60)
        default: return nil
        }
    }

    private static func days(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: CivilDay.isLeap(Int64(year)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(\.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
