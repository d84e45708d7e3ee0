/// Days of the Gregorian calendar, counted from 1970-01-01.
public enum CivilDay {
    /// Whether the year has a 29 February.
    public static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The number of a day. Years are counted from March here, so that the leap day comes last.
    public static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear.flooredDivision(by: 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The year of the day `number`.
    static func year(ofDay number: Int64) -> Int64 {
        // 365.2425 days a year: at most one off.
        let guess = 1970 + (number * 10_000).flooredDivision(by: 3_652_425)
        if self.number(year: guess, month: 1, day: 1) > number { return guess - 1 }
        return self.number(year: guess + 1, month: 1, day: 1) <= number ? guess + 1 : guess
    }
}

extension Int64 {
    /// The quotient rounded down; `divisor` is positive.
    func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    func flooredRemainder(by divisor: Int64) -> Int64 { self - flooredDivision(by: divisor) * divisor }
}
