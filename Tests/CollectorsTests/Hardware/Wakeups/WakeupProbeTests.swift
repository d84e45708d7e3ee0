import Platform
import Telemetry
import TestSupport
import Testing

@testable import Collectors

@Suite("The probe of wake-ups")
struct WakeupProbeTests {
    private let probe = WakeupProbe(files: InMemoryHostFiles(), onHandicap: { _ in })

    private var count: UInt64 { probe.reading()?.latency.exponential.count ?? 0 }

    @Test("measures real delays until it is stopped, and goes on where it was")
    func life() throws {
        #expect(probe.reading() == nil)
        try probe.setRate(1_000)
        #expect(eventually { count >= 50 })
        let reading = try #require(probe.reading())
        #expect(reading.latency.exponential.minimum > 0)
        #expect(reading.latency.exponential.maximum < 60)
        #expect(reading.createdSeconds > 1_600_000_000)

        try probe.setRate(nil)
        let stopped = count
        try probe.setRate(500)
        #expect(eventually { count >= stopped + 20 })
        #expect(probe.reading()?.createdSeconds == reading.createdSeconds)
        try probe.setRate(nil)
    }

    @Test("counts nothing once it is stopped, though its thread still sleeps")
    func stop() throws {
        try probe.setRate(10)
        try probe.setRate(nil)
        // Another thread's hundred measurements take longer than the gap in which the first one still slept.
        let other = WakeupProbe(files: InMemoryHostFiles(), onHandicap: { _ in })
        try other.setRate(100)
        #expect(eventually { other.reading()?.latency.exponential.count ?? 0 >= 30 })
        try other.setRate(nil)
        #expect(count == 0)
    }

    @Test("a thread's scheduling can be read, and a usual one is left as it is")
    func scheduling() {
        let before = ThreadScheduling.current
        ThreadScheduling.restore()
        #expect((-20...19).contains(before.nice))
        if before == ThreadScheduling() { #expect(ThreadScheduling.current == before) }
    }
}
