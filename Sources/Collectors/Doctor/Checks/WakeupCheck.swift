import Telemetry

/// How late a sleeping thread wakes, measured over the doctor's probe.
///
/// The thresholds: an idle server wakes threads within 50 to 200 µs, 99 times in 100 within some 300 µs. From 1 ms on
/// the delay is seen in a decoding step of 10 to 50 ms; 10 ms is such a step, and what a thread waits that has lost its
/// CPU to another one.
enum WakeupCheck: HostCheck {
    static let id = "wakeup_latency"
    static let title = "Wake-up latency"

    /// Fewer say nothing about a 99th percentile.
    static let countMin: UInt64 = 100
    static let warningSeconds = 0.001
    static let criticalSeconds = 0.010
    /// One stall this long is more than a decoding step, however rare.
    static let stallSeconds = 0.050

    static func examine(_ examination: inout Examination) {
        guard let wakeups = examination.host.wakeups else { return examination.isSkipped("--no-probe") }
        let histogram = wakeups.latency.exponential
        guard histogram.count >= countMin, let p50 = histogram.quantile(0.5), let p99 = histogram.quantile(0.99) else {
            return examination.doNotKnow(
                "only \(histogram.count) wake-ups were measured; give it more time, for example --probe=10s")
        }
        let numbers =
            "p50 \(CheckText.time(p50)), p99 \(CheckText.time(p99)), max \(CheckText.time(histogram.maximum))"
            + " of \(histogram.count) wake-ups"
        let why = "every request, token and kernel launch waits for a thread to wake"
        let remedy = [
            "sudo cpupower idle-set -D 99    # no deep sleep of CPUs",
            "ps -eo pid,ni,psr,pcpu,comm --sort=-pcpu | head    # what else runs here",
        ]
        let evidence = [numbers] + examination.host.handicaps
        if p99 > warningSeconds {
            examination.find(
                p99 > criticalSeconds ? .critical : .warning,
                "threads wake up late: \(CheckText.time(p99)) at the 99th percentile", evidence: evidence, why: why,
                remedy: remedy)
        } else if histogram.maximum > stallSeconds {
            examination.find(
                .warning, "a thread was not woken for \(CheckText.time(histogram.maximum))", evidence: evidence,
                why: why, remedy: remedy)
        } else {
            examination.isGood(numbers)
        }
    }
}
