internal import Exporter

/// The moments of local time at which a plot has lines, with what stands below them.
enum PlotTimeAxis {
    struct Tick: Equatable {
        /// Seconds since 1970.
        var time: Double
        var text: String
        /// Whether a day begins there.
        var isDay: Bool
    }

    private static let day = 86_400
    private static let ticksMax = 14
    private static let stepsSeconds = [60, 300, 900, 3_600, 10_800, 21_600, 43_200, day, 2 * day, 7 * day, 28 * day]

    /// - Parameter offset: of local time from UTC at a moment, in seconds.
    static func ticks(from: Double, to: Double, offset: (Int64) -> Int32) -> [Tick] {
        let span = max(to - from, 1)
        let step = stepsSeconds.first { span / Double($0) <= Double(ticksMax) } ?? longStep(span)
        // Weeks begin on Monday, four days after the epoch.
        let start = step >= 7 * day ? 4 * day : 0
        var local = Int(from) + Int(offset(Int64(from)))
        local += (step - (local - start) % step) % step
        var ticks: [Tick] = []
        while ticks.count <= ticksMax {
            let guess = Int64(local) - Int64(offset(Int64(local)))
            let time = Double(Int64(local) - Int64(offset(guess)))
            guard time <= to else { break }
            if time >= from { ticks.append(tick(time, local: local, step: step)) }
            local += step
        }
        return ticks
    }

    private static func longStep(_ span: Double) -> Int {
        28 * day * Int((span / Double(28 * day * ticksMax)).rounded(.up))
    }

    private static func tick(_ time: Double, local: Int, step: Int) -> Tick {
        let isDay = local.isMultiple(of: day)
        // As if local time were UTC: `2026-01-31T10:41:20Z`.
        let text = UTCTime(unixSeconds: Double(local)).rfc3339
        let date = String(text.prefix(10))
        guard isDay else { return Tick(time: time, text: String(text.dropFirst(11).prefix(5)), isDay: false) }
        return Tick(time: time, text: step > 2 * day ? date : "\(weekday(local)) \(date.dropFirst(5))", isDay: true)
    }

    private static func weekday(_ local: Int) -> String {
        ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(local / day % 7 + 7) % 7]
    }
}
