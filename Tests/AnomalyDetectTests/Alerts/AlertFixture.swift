import AnomalyDetect
import Telemetry

/// What one series shows at one evaluation.
enum Shown: Sendable {
    case value(Double)
    /// The series is there, without observations.
    case empty
    /// The series is not there.
    case gone
    /// A value of so few observations that it says nothing.
    case few(Double)
}

extension Shown: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    init(floatLiteral value: Double) { self = .value(value) }
    init(integerLiteral value: Int) { self = .value(Double(value)) }
}

/// An engine on a manual clock, fed with one series, window by window.
struct AlertFixture {
    static let windowSeconds = 10.0
    static let labels: LabelSet = ["model": "a"]

    var engine: AlertEngine
    var windows = 0

    /// The rule of most tests: p99 with warning 100 and critical 200.
    static func rule(
        hold: Double = 0, margin: Double = 0, minCount: UInt64 = 0, statistic: Statistic = .p99,
        thresholds: [AlertLevel: Double] = [.warning: 100, .critical: 200]
    ) -> AlertRule {
        AlertRule(
            timing: try! Glob("latency_*"), statistic: statistic, thresholds: thresholds, holdForSeconds: hold,
            recoveryMargin: margin, minCount: minCount)
    }

    init(_ rules: [AlertRule], noDataAfter: Double = 30, statesMax: Int = AlertEngine.statesDefaultMax) {
        engine = AlertEngine(rules: rules, noDataAfterSeconds: noDataAfter, statesMax: statesMax)
    }

    /// The moment of evaluation `window`; Unix time is the window's number, so that tables stay readable.
    static func instant(_ window: Int) -> Instant {
        // Not a round start, so that sums are inexact in binary as they are in life.
        Instant(monotonicSeconds: 1234.1 + Double(window) * 10.0, unixSeconds: Double(window))
    }

    static func summary(
        _ value: Double, count: UInt64 = 100, labels: LabelSet = AlertFixture.labels, timing: String = "latency_seconds"
    ) -> TimingSummary {
        let isEmpty = count == 0
        return TimingSummary(
            timing: timing, unit: .seconds, labels: labels,
            summary: WindowSummary(count: count, spanSeconds: 60, p99: isEmpty ? nil : value))
    }

    mutating func evaluate(_ summaries: [TimingSummary]) -> [AlertChange] {
        defer { windows += 1 }
        return engine.evaluate(summaries, at: Self.instant(windows))
    }

    mutating func show(_ shown: Shown) -> [AlertChange] {
        switch shown {
        case .value(let value): evaluate([Self.summary(value)])
        case .few(let value): evaluate([Self.summary(value, count: 3)])
        case .empty: evaluate([Self.summary(0, count: 0)])
        case .gone: evaluate([])
        }
    }

    /// Runs through `values` and writes each change as `window from>to reason`.
    mutating func run(_ values: [Shown]) -> [String] {
        values.flatMap { shown in
            let window = windows
            return show(shown).map { "\(window) \($0.from.name)>\($0.to.name) \($0.reason.rawValue)" }
        }
    }
}
