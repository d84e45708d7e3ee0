public import Telemetry

/// What is exposed about timings beside their histograms: their statistics over the trailing minute.
public enum TimingMetrics {
    /// Statistics in the timing's own unit. A rate has its own family.
    static let statistics: [Statistic] = [.p50, .p95, .p99, .mean, .stddev]

    static let rate = MetricDescriptor(
        .gauge, "latencyd_rate", help: "Observations of the timing per second over the trailing minute.")

    /// Every family it can emit: pushed timings have one of these units.
    public static let descriptors = [MetricUnit.seconds, .bytes, .none].map(observed) + [rate]

    /// The family of the statistics of timings in `unit`: `latencyd_observed_seconds` and so on.
    public static func observed(in unit: MetricUnit) -> MetricDescriptor {
        MetricDescriptor(
            .gauge, unit == .none ? "latencyd_observed" : "latencyd_observed_" + unit.suffix, unit: unit,
            help: "Statistic of the timing over the trailing minute.")
    }

    /// The families of `summaries`. A timing without observations in the trailing minute has a rate of 0 and no other
    /// statistic; one of which only statistics are known has no rate.
    public static func families(_ summaries: [TimingSummary]) -> [MetricFamily] {
        var observed: [MetricUnit: [Sample]] = [:]
        var rates: [Sample] = []
        rates.reserveCapacity(summaries.count)
        for summary in summaries {
            let timing = Label("timing", summary.timing)
            if let rate = summary.summary.rate { rates.append(Sample(summary.labels.adding([timing]), rate)) }
            for statistic in statistics {
                guard let value = summary.summary.value(statistic) else { continue }
                let labels = summary.labels.adding([timing, Label("statistic", statistic.rawValue)])
                observed[summary.unit, default: []].append(Sample(labels, value))
            }
        }
        return observed.map { MetricFamily(Self.observed(in: $0.key), $0.value) } + [MetricFamily(rate, rates)]
    }
}
