import TestSupport
import Testing

@testable import Collectors

@Suite("When wake-ups are measured")
struct WakeupScheduleTests {
    @Test(
        "the rate holds on the average and gaps lie between half and one and a half of the mean",
        arguments: [1, 20, 1_000])
    func rate(_ rate: Int) {
        var random = SeededGenerator(seed: 5)
        var schedule = WakeupSchedule(rate: rate, begin: 1_000)
        let mean = 1_000_000_000 / Int64(rate)
        var now: Int64 = 1_000
        var gaps: [Int64] = []
        for _ in 0..<10_000 {
            let (target, missed) = schedule.next(after: now, random: &random)
            #expect(missed == 0)
            gaps.append(target - now)
            now = target
        }
        #expect(gaps.allSatisfy { (mean / 2...mean * 3 / 2).contains($0) })
        #expect(abs(Double(now - 1_000) / 10_000 / Double(mean) - 1) < 0.02)
    }

    @Test("no phase of a timer of 10 ms is met more often than another")
    func phases() {
        var random = SeededGenerator(seed: 6)
        var schedule = WakeupSchedule(rate: 20, begin: 0)
        var now: Int64 = 0
        var phases = [Int](repeating: 0, count: 10)
        for _ in 0..<20_000 {
            now = schedule.next(after: now, random: &random).target
            phases[Int(now % 10_000_000 / 1_000_000)] += 1
        }
        #expect(phases.allSatisfy { (1_800...2_200).contains($0) }, "\(phases)")
    }

    @Test("targets that passed are left out and counted, and the next lies ahead")
    func missed() {
        var random = SeededGenerator(seed: 7)
        var schedule = WakeupSchedule(rate: 100, begin: 0)
        let first = schedule.next(after: 0, random: &random).target
        let late = first + 95_000_000
        let (target, missed) = schedule.next(after: late, random: &random)
        #expect(target > late && target <= late + 15_000_000)
        #expect((7...12).contains(missed))
        #expect(schedule.next(after: target, random: &random).missed == 0)
    }

    @Test("a stall of a year costs no time")
    func stall() {
        var random = SeededGenerator(seed: 8)
        var schedule = WakeupSchedule(rate: 1_000, begin: 0)
        let year: Int64 = 365 * 86_400 * 1_000_000_000
        let (target, missed) = schedule.next(after: year, random: &random)
        #expect(target > year && target <= year + 1_500_000)
        #expect((31_535_999_990...31_536_000_010).contains(missed))
    }
}
