internal import Platform

/// Values of `detection` that are neither numbers nor plain words.
enum DetectionScalars {
    /// A day or a week, however it is written.
    static func season(_ text: String) throws(ScalarProblem) -> DetectionSeason {
        let remedy = "write 1d for the day and 1w for the week, for example [1d, 1w]"
        switch try DurationScalar.parse(text) {
        case .seconds(86_400): return .day
        case .seconds(7 * 86_400): return .week
        default: throw .impossible(text, "is no season that can be learned", remedy)
        }
    }

    /// `local`, `UTC`, or a zone of the time zone database. Whether there is such a zone is not looked at here.
    static func timezone(_ text: String) throws(ScalarProblem) -> DetectionTimezone {
        switch text.lowercased() {
        case "local": return .local
        case "utc": return .utc
        default: break
        }
        let isName = text.utf8.allSatisfy { $0.isWord || "/+-".utf8.contains($0) }
        guard isName, text.utf8.first?.isLetter == true, text.utf8.count <= LocalZone.nameBytesMax else {
            throw .notA("a time zone", text, "write local, UTC, or a name such as Europe/Berlin")
        }
        return .named(text)
    }

    /// A number of false alarms and the time in which there may be so many: `1/7d`.
    static func falseAlarms(_ text: String) throws(ScalarProblem) -> FalseAlarmBudget {
        let remedy = "write a number of alarms and the time in which there may be so many, for example 1/7d"
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy(\.isDigit) else {
            throw .notA("a number of false alarms in a time", text, remedy)
        }
        return FalseAlarmBudget(
            count: try NumberScalar.integer(String(parts[0]), in: FalseAlarmBudget.countRange),
            per: try DurationScalar.parse(String(parts[1]), in: FalseAlarmBudget.perRange))
    }
}
