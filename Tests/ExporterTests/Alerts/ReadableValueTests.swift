import AnomalyDetect
import Telemetry
import Testing

@testable import Exporter

@Suite("Readable values")
struct ReadableValueTests {
    @Test(
        "a value is said in the unit that suits it",
        arguments: [
            (0.212, .seconds, .p99, "212 ms"), (12.5, .seconds, .mean, "12.5 s"), (90, .seconds, .p50, "90 s"),
            (0.00125, .seconds, .p50, "1.25 ms"), (42e-6, .seconds, .stddev, "42 µs"),
            (1.5e-9, .seconds, .p50, "1.5 ns"),
            (2e-12, .seconds, .p50, "0.002 ns"), (0, .seconds, .p50, "0 s"), (0.99999, .seconds, .p50, "1 s"),
            (1000, .bytes, .p50, "1000 B"), (1.5 * 1_073_741_824, .bytes, .p50, "1.5 GiB"),
            (2.4e9, .hertz, .p50, "2.4 GHz"), (50, .hertz, .p50, "50 Hz"), (0.125, .ratio, .p50, "12.5 %"),
            (81.5, .celsius, .p50, "81.5 °C"), (7, .none, .p50, "7"), (3, MetricUnit("tokens"), .p50, "3 tokens"),
            (29.96, .seconds, .rate, "30 a second"), (.infinity, .seconds, .p50, "+Inf"),
        ] as [(Double, MetricUnit, Statistic, String)])
    func texts(value: Double, unit: MetricUnit, statistic: Statistic, text: String) {
        #expect(ReadableValue.text(value, unit, .statistic(statistic), digitsMax: 3) == text)
    }

    @Test("a value close to its threshold is said with the digits that tell them apart")
    func pair() {
        let close = ReadableValue.pair(0.20004, threshold: 0.2, .seconds, .statistic(.p99))
        #expect(close.value == "200.04 ms" && close.threshold == "200 ms")
        let exact = ReadableValue.pair(0.2, threshold: 0.2, .seconds, .statistic(.p99))
        #expect(exact.value == "200 ms" && exact.threshold == "200 ms")
        let far = ReadableValue.pair(0.31234, threshold: 0.0125, .seconds, .statistic(.p99))
        #expect(far.value == "312 ms" && far.threshold == "12.5 ms")
    }
}
