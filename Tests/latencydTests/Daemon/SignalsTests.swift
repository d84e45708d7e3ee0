import Glibc
import Testing

@testable import latencyd

@Suite("Signals that came together")
struct SignalsTests {
    @Test(
        "ask for one reload at most, and for none beside the end",
        arguments: [
            ([], false, false), ([SIGHUP], false, true), ([SIGHUP, SIGHUP, SIGHUP], false, true),
            ([SIGTERM], true, false), ([SIGHUP, SIGTERM], true, false), ([SIGINT, SIGHUP], true, false),
        ] as [([Int32], Bool, Bool)])
    func orders(_ signals: [Int32], _ stops: Bool, _ reloads: Bool) {
        var queue = signals[...]
        #expect(Signals.orders { queue.popFirst() } == Signals.Orders(stops: stops, reloads: reloads))
        #expect(queue.isEmpty)
    }
}
