import AnomalyDetect
public import Telemetry

/// What is exposed about learned timings.
public enum LearnedMetrics {
    /// Pushed timings have one of these units.
    private static let units = [MetricUnit.seconds, .bytes, .none]

    static let score = MetricDescriptor(
        .gauge, "latencyd_anomaly_score",
        help: "How far a statistic of the timing is from what was learned about it: above 1 is anomalous.")
    static let state = MetricDescriptor(
        .gauge, "latencyd_baseline_state",
        help: "Always 1; the label state says how much is known of the timing: learning, level, daily or weekly.")
    static let learned = MetricDescriptor(
        .gauge, "latencyd_learned_series", help: "Series of timings that are learned.")
    static let limit = MetricDescriptor(
        .gauge, "latencyd_learned_series_limit", help: "Series of timings that are learned at the most.")
    static let unlearned = MetricDescriptor(
        .gauge, "latencyd_unlearned_series",
        help: "Series of timings that would be learned if detection.max_learned_series allowed it.")

    /// Every family it can emit.
    public static let descriptors =
        units.flatMap { [expected(in: $0), lower(in: $0), upper(in: $0)] } + [score, state, learned, limit, unlearned]

    static func expected(in unit: MetricUnit) -> MetricDescriptor {
        descriptor("latencyd_expected", unit, "Statistic of the timing as it was learned for this time.")
    }

    static func lower(in unit: MetricUnit) -> MetricDescriptor {
        descriptor("latencyd_expected_lower", unit, "Lower end of what is normal for a statistic of the timing.")
    }

    static func upper(in unit: MetricUnit) -> MetricDescriptor {
        descriptor("latencyd_expected_upper", unit, "Upper end of what is normal for a statistic of the timing.")
    }

    private static func descriptor(_ name: String, _ unit: MetricUnit, _ help: String) -> MetricDescriptor {
        MetricDescriptor(.gauge, unit == .none ? name : "\(name)_\(unit.suffix)", unit: unit, help: help)
    }

    /// A statistic that could not be judged has no sample.
    public static func families(_ snapshot: LearnedSnapshot) -> [MetricFamily] {
        var byUnit: [MetricUnit: (expected: [Sample], lower: [Sample], upper: [Sample])] = [:]
        var scores: [Sample] = []
        var states: [Sample] = []
        for reading in snapshot.learned {
            let timing = Label("timing", reading.timing)
            states.append(Sample(reading.labels.adding([timing, Label("state", reading.state)]), 1))
            for judgement in reading.judgements {
                let evidence = judgement.evidence
                let labels = reading.labels.adding([timing, Label("statistic", evidence.statistic.rawValue)])
                scores.append(Sample(labels, evidence.score))
                // A rate is in no unit of the timing.
                guard evidence.statistic != .rate else { continue }
                byUnit[reading.unit, default: ([], [], [])].expected.append(Sample(labels, evidence.expected))
                byUnit[reading.unit, default: ([], [], [])].lower.append(Sample(labels, evidence.lower))
                byUnit[reading.unit, default: ([], [], [])].upper.append(Sample(labels, evidence.upper))
            }
        }
        let bands = byUnit.flatMap { unit, samples in
            [
                MetricFamily(expected(in: unit), samples.expected), MetricFamily(lower(in: unit), samples.lower),
                MetricFamily(upper(in: unit), samples.upper),
            ]
        }
        return bands + [
            MetricFamily(score, scores), MetricFamily(state, states),
            MetricFamily(learned, [Sample([:], Double(snapshot.learned.count))]),
            MetricFamily(limit, [Sample([:], Double(snapshot.learnedMax))]),
            MetricFamily(unlearned, [Sample([:], Double(snapshot.unlearnedCount))]),
        ]
    }
}
