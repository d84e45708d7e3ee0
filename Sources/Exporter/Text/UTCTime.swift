/// A moment in the calendar of UTC, to the millisecond.
public struct UTCTime {
    private let days: Int
    private let millisecondsOfDay: Int

    /// The years 0000 to 9999, beyond which RFC 3339 has no text; a moment outside becomes the nearest one inside.
    private static let unixSecondsRange = -62_167_219_200.0...253_402_300_799.999

    public init(unixSeconds: Double) {
        let range = Self.unixSecondsRange
        let seconds = unixSeconds.isNaN ? 0 : min(max(unixSeconds, range.lowerBound), range.upperBound)
        let milliseconds = Int((seconds * 1000).rounded())
        let perDay = 86_400_000
        days = milliseconds >= 0 ? milliseconds / perDay : -((perDay - 1 - milliseconds) / perDay)
        millisecondsOfDay = milliseconds - days * perDay
    }

    /// As in `2026-01-31T10:41:20.5Z` (RFC 3339).
    public var rfc3339: String {
        let milliseconds = millisecondsOfDay % 1000
        let fraction = milliseconds == 0 ? "" : DecimalDigits(Double(milliseconds) / 1000).plain.dropFirst()
        return "\(date)T\(clock)\(fraction)Z"
    }

    /// As in `10:41:20 UTC`, with the date before it where that is not the day of `other`.
    func text(besides other: UTCTime) -> String {
        days == other.days ? "\(clock) UTC" : "\(date) \(clock) UTC"
    }

    private var clock: String {
        let seconds = millisecondsOfDay / 1000
        return "\(padded(seconds / 3600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    }

    private var date: String {
        // Years that begin in March put the leap day last; 719,468 days lie between 0000-03-01 and 1970-01-01.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, to: 4))-\(padded(month))-\(padded(day))"
    }

    private func padded(_ number: Int, to width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
