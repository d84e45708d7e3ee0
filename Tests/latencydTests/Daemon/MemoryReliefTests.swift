import Platform
import Telemetry
import Testing

@testable import latencyd

@Suite("Relief of memory")
struct MemoryReliefTests {
    @Test("is due once in a pause, however often the kernel tells")
    func pause() {
        let relief = MemoryRelief(nil)
        let pause = MemoryRelief.pauseSeconds
        let due = [100, 102, 100 + pause - 0.001, 100 + pause, 101 + pause].map { relief.isDue(at: $0) }
        #expect(due == [true, false, false, true, false])
    }

    @Test("has a metric only where somebody tells")
    func metric() {
        #expect(MemoryRelief(nil).families.isEmpty)
        guard let pressure = MemoryPressure.watch(environment: [:], files: SystemHostFiles()) else { return }
        let relief = MemoryRelief(pressure)
        #expect(relief.families.first?.samples.map(\.value) == [.number(0)])
        #expect(relief.notice == nil)
        #expect(relief.isDue(at: 1))
        #expect(relief.notice != nil)
        #expect(relief.families.first?.samples.map(\.value) == [.number(1)])
        #expect(relief.isDue(at: 1 + MemoryRelief.pauseSeconds))
        #expect(relief.notice == nil, "it is said once")
    }
}
