import Telemetry
import Testing

@testable import Collectors

@Suite("What is known of wake-ups")
struct WakeupReadingTests {
    @Test("a late wake-up counts once with all of its delay, however many targets it passed")
    func late() {
        var reading = WakeupReading(createdSeconds: 0)
        reading.record(target: 1_000, woken: 51_000, missedBefore: 0)
        reading.record(target: 2_000_000, woken: 502_000_000, missedBefore: 0)
        reading.record(target: 503_000_000, woken: 503_060_000, missedBefore: 10)
        let histogram = reading.latency.exponential
        #expect(histogram.count == 3)
        #expect(histogram.maximum == 0.5)
        #expect(abs(histogram.sum - 0.50011) < 1e-12)
        #expect(reading.missed == 10)
    }

    @Test("a clock that seems to run backwards gives no delay, not a negative one")
    func backwards() {
        var reading = WakeupReading(createdSeconds: 0)
        reading.record(target: 1_000, woken: 999, missedBefore: 0)
        #expect(reading.latency.exponential.maximum == 0)
        #expect(reading.latency.exponential.count == 1)
    }

    @Test("a delay is in the classic bucket that ends at it")
    func buckets() throws {
        var reading = WakeupReading(createdSeconds: 0)
        for nanoseconds in [0, 1_000, 1_001, 50_000, 1_000_000_000, 1_000_000_001] {
            reading.record(target: 0, woken: Int64(nanoseconds), missedBefore: 0)
        }
        let snapshot = reading.latency.snapshot
        let counted = zip(snapshot.classicBounds + [.infinity], snapshot.classicCounts).filter { $0.1 > 0 }
        #expect(counted.map(\.0) == [1e-6, 2e-6, 5e-5, 1, .infinity])
        #expect(counted.map(\.1) == [2, 1, 1, 1, 1])
    }
}
