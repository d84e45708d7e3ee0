import Telemetry
import Testing

@testable import Collectors
@testable import latencyd

@Suite("The notice about lost values")
struct DropNoticeTests {
    @Test("comes once a minute at most, names reasons and numbers, and nothing twice")
    func once() {
        var notice = DropNotice()
        var counters = PushCounters()
        #expect(notice.notice(counters, at: 0) == nil)
        counters.count(DropReason.maxSeries)
        counters.count(DropReason.maxSeries)
        counters.count(MalformedReason.badValue)
        let first = notice.notice(counters, at: 10) ?? ""
        #expect(first.contains("2 (max_series)") && first.contains("1 (bad_value)"))
        counters.count(DropReason.maxSeries)
        #expect(notice.notice(counters, at: 69) == nil)
        let second = notice.notice(counters, at: 70) ?? ""
        #expect(second.contains("1 (max_series)") && !second.contains("bad_value"))
        #expect(notice.notice(counters, at: 200) == nil)
    }

    @Test("is not made for what is dropped on purpose")
    func onPurpose() {
        var notice = DropNotice()
        var counters = PushCounters()
        counters.count(DropReason.clientTelemetry)
        #expect(notice.notice(counters, at: 0) == nil)
    }
}
