import Collectors
import Telemetry
import Testing

@testable import latencyd

@Suite("Notices about what is lost")
struct NoticeTests {
    private struct Pushed {
        var ingestor = PushIngestor(
            store: SeriesStore(limits: SeriesLimits(seriesMax: 1)), options: PushOptions(), seed: 1)

        mutating func callAsFunction(_ lines: String...) -> PushCounters {
            for line in lines {
                ingestor.ingest(
                    packet: Array(line.utf8).span, sender: Sender(pid: 1, uid: 0),
                    at: PushTime(monotonicSeconds: 0, unixSeconds: 0))
            }
            return ingestor.counters
        }
    }

    @Test("name the reasons, how many, the time and the settings that help")
    func text() {
        var pushed = Pushed()
        var notice = DropNotice(at: 100)
        let line = notice.line(pushed("a:1|c", "b:1|c", "c:1|c", "latencyd_x:1|c", "a:x|c"), at: 110)
        #expect(
            line
                == "not everything that was pushed in the last 10 s was taken; "
                + "dropped: 2 by max_series (raise push.max_series, or use fewer label values), "
                + "1 by reserved_name (choose names that do not begin with latencyd_), see latencyd_push_dropped_total; "
                + "malformed: 1 by bad_value (correct what the clients send), see latencyd_push_malformed_total")
    }

    @Test("come once a minute at most, and then tell of the whole minute")
    func rate() {
        var pushed = Pushed()
        var notice = DropNotice(at: 0)
        var lines: [Double: String] = [:]
        for window in 1...14 {
            let now = Double(window) * 10
            lines[now] = notice.line(pushed("a:x|c"), at: now)
        }
        #expect(lines.keys.sorted() == [10, 70, 130])
        #expect(lines[70]?.contains("in the last 60 s") == true)
        #expect(lines[70]?.contains("6 by bad_value") == true)
    }

    @Test("after a quiet time tell of the last window only")
    func quiet() {
        var pushed = Pushed()
        var notice = DropNotice(at: 0)
        for window in 1...100 {
            let line = notice.line(pushed("a:1|c"), at: Double(window) * 10)
            #expect(line == nil)
        }
        let line = notice.line(pushed("a:x|c"), at: 1_010)
        #expect(line?.contains("in the last 10 s") == true)
    }

    @Test("are silent about client telemetry, which is dropped on purpose")
    func clientTelemetry() {
        var pushed = Pushed()
        var notice = DropNotice(at: 0)
        let counters = pushed("datadog.dogstatsd.client.metrics:1|c")
        #expect(counters[DropReason.clientTelemetry] == 1)
        let line = notice.line(counters, at: 10)
        #expect(line == nil)
    }

    @Test("tell of socket files that are gone, once a minute at most")
    func sockets() {
        var notice = SocketNotice()
        let lines = [10.0, 20, 60, 70, 80].map { notice.line(lost: $0 == 10 ? [] : ["/a.sock"], at: $0) }
        #expect(lines.map { $0 != nil } == [false, true, false, false, true])
        #expect(lines[1]?.hasPrefix("the socket file /a.sock is gone or replaced") == true)
        let both = notice.line(lost: ["/a.sock", "/b.sock"], at: 200)
        #expect(both?.hasPrefix("the socket files /a.sock, /b.sock are gone or replaced") == true)
    }
}
