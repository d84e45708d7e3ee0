import AnomalyDetect
import Glibc
import TestSupport
import Testing

/// Four weeks of minutes with known parts, and 20 minutes of 1.8 times as much on day 25.
struct GeneratedSeries: CustomTestStringConvertible {
    enum Kind: String, CaseIterable {
        case constant, noisy, daily, weekly
        /// Days 11 and 12 are missing.
        case gap
        /// Every fifth minute only.
        case sparse
        /// The course of the day comes an hour earlier from day 14 on.
        case clock
        /// 1.8 times as much from day 16 on.
        case level
    }

    struct Point {
        var minute: Int
        var value: Double

        var day: Double { Double(minute) / 1_440 }
        var isFault: Bool { GeneratedSeries.fault.contains(minute) }
    }

    static let fault = 25 * 1_440 + 700..<25 * 1_440 + 720
    /// A Monday, 00:00 UTC.
    static let start: Int64 = 1_788_134_400

    let kind: Kind
    let noise: Double
    var points: [Point] = []

    var testDescription: String { "\(kind.rawValue), noise \(noise)" }

    init(_ kind: Kind, noise: Double = 0.05, days: Int = 28, seed: UInt64 = 1) {
        self.kind = kind
        self.noise = noise
        var generator = SeededGenerator(seed: seed)
        for minute in 0..<days * 1_440 {
            let factor = kind == .constant ? 1 : generator.logNormal(median: 1, sigma: noise)
            if kind == .gap, (11 * 1_440..<13 * 1_440).contains(minute) { continue }
            if kind == .sparse, minute % 5 != 0 { continue }
            let fault = Self.fault.contains(minute) ? 1.8 : 1
            points.append(Point(minute: minute, value: 0.1 * Self.usual(kind, minute) * factor * fault))
        }
    }

    static func usual(_ kind: Kind, _ minute: Int) -> Double {
        guard kind != .constant, kind != .noisy else { return 1 }
        let shift = kind == .clock && minute >= 14 * 1_440 ? 60 : 0
        let angle = 2 * Double.pi * Double((minute + shift) % 1_440) / 1_440
        let isWeekend = minute / 1_440 % 7 >= 5
        return (1 + 0.35 * sin(angle - 1.9) + 0.1 * sin(2 * angle))
            * (kind == .weekly && isWeekend ? 0.6 : 1) * (kind == .level && minute >= 16 * 1_440 ? 1.8 : 1)
    }

    static func instant(_ minute: Int, offset: Int32 = 0) -> LocalInstant {
        LocalInstant(unix: start + Int64(minute) * 60, offset: offset)
    }

    /// What a baseline says of each point, before it learns it.
    func assessed(_ settings: BaselineSettings = BaselineSettings()) -> [(point: Point, assessment: Assessment)] {
        var baseline = Baseline(settings)
        return points.map { point in
            let instant = Self.instant(point.minute)
            let assessment = baseline.assess(point.value, count: 1_000, at: instant)
            baseline.learn(point.value, count: 1_000, at: instant)
            return (point, assessment)
        }
    }
}
