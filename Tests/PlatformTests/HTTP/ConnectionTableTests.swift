import Testing

@testable import Platform

@Suite("A table of connections")
struct ConnectionTableTests {
    static let second: UInt64 = 1_000_000_000

    private func table(connectionsMax: Int = 256) -> ConnectionTable {
        var limits = HTTPServerLimits()
        limits.connectionsMax = connectionsMax
        limits.requestHeadSeconds = 10
        limits.idleSeconds = 120
        limits.responseSeconds = 60
        return ConnectionTable(limits)
    }

    private func received(_ bytes: UInt64, ended: Bool = false) -> ConnectionTable.Progress {
        ConnectionTable.Progress(bytesReceived: bytes, hasEnded: ended)
    }

    @Test("gives a head its time, whatever comes in meanwhile, and not a moment more")
    func head() {
        var table = table()
        #expect(table.nextDueNanoseconds == nil)
        #expect(table.opened(7, at: Self.second) == nil)
        #expect(table.nextDueNanoseconds == 11 * Self.second)
        #expect(table.overdue(at: 11 * Self.second - 1) { _ in received(500) }.isEmpty)
        #expect(
            table.overdue(at: 11 * Self.second) { _ in received(500) }
                == [.init(descriptor: 7, reason: .headOverdue)])
        // It is told once.
        #expect(table.overdue(at: 12 * Self.second) { _ in received(500) }.isEmpty)
        #expect(table.nextDueNanoseconds == nil)
        #expect(table.closed(7, received(500)) == nil)
        #expect(table.connections.isEmpty)
    }

    @Test("gives a response its time")
    func response() {
        var table = table()
        _ = table.opened(7, at: 0)
        table.headCompleted(7, bytes: 100, at: 5 * Self.second)
        #expect(table.overdue(at: 64 * Self.second) { _ in received(100) }.isEmpty)
        #expect(
            table.overdue(at: 65 * Self.second) { _ in received(100) }
                == [.init(descriptor: 7, reason: .responseOverdue)])
    }

    @Test("lets a kept connection rest, and gives its next head a time of its own")
    func kept() {
        var table = table()
        _ = table.opened(7, at: 0)
        table.headCompleted(7, bytes: 100, at: Self.second)
        #expect(table.responseEnded(7, received(100), at: 2 * Self.second) == nil)
        for seconds: UInt64 in [7, 12, 17, 22] {
            #expect(table.nextDueNanoseconds == seconds * Self.second)
            #expect(table.overdue(at: seconds * Self.second) { _ in received(100) }.isEmpty)
        }
        // A byte of the next head came at some moment since 22 s.
        #expect(table.overdue(at: 27 * Self.second) { _ in received(101) }.isEmpty)
        #expect(table.nextDueNanoseconds == 37 * Self.second)
        #expect(
            table.overdue(at: 37 * Self.second) { _ in received(110) }
                == [.init(descriptor: 7, reason: .headOverdue)])
    }

    @Test(
        "ends a kept connection that says nothing more",
        arguments: [
            // Idle for its time, ended by the client at some moment, ended together with the request.
            (progressAtOnce: false, endsAt: UInt64(122)), (false, 12), (true, 2),
        ])
    func idle(_ atOnce: Bool, _ endsAt: UInt64) {
        var table = table()
        _ = table.opened(7, at: 0)
        table.headCompleted(7, bytes: 100, at: Self.second)
        var ended =
            table.responseEnded(7, received(atOnce ? 101 : 100, ended: atOnce), at: 2 * Self.second).map { [$0] } ?? []
        var now: UInt64 = 2
        while ended.isEmpty, let next = table.nextDueNanoseconds, next <= 200 * Self.second {
            now = next / Self.second
            let hasEnded = endsAt == 12 && now >= 10
            ended = table.overdue(at: next) { _ in received(hasEnded ? 101 : 100, ended: hasEnded) }
        }
        #expect(ended == [.init(descriptor: 7, reason: nil)])
        #expect(now == endsAt)
    }

    @Test("answers all of a pipeline whose client has ended its half")
    func pipeline() {
        var table = table()
        _ = table.opened(7, at: 0)
        table.headCompleted(7, bytes: 100, at: 0)
        #expect(table.responseEnded(7, received(201, ended: true), at: 0) == nil)
        table.headCompleted(7, bytes: 100, at: 0)
        #expect(table.responseEnded(7, received(201, ended: true), at: 0) == .init(descriptor: 7, reason: nil))
    }

    @Test("treats every kept connection as a begun head when the kernel does not count bytes")
    func unknown() {
        var table = table()
        _ = table.opened(7, at: 0)
        table.headCompleted(7, bytes: 100, at: 0)
        _ = table.responseEnded(7, nil, at: 0)
        #expect(table.overdue(at: 5 * Self.second) { _ in nil }.isEmpty)
        #expect(table.overdue(at: 15 * Self.second) { _ in nil } == [.init(descriptor: 7, reason: .headOverdue)])
    }

    @Test("makes room near the limit: oldest unfinished head first, then whoever is idle longest, never a response")
    func crowd() {
        var table = table(connectionsMax: 5)
        for descriptor: Int32 in 1...4 {
            #expect(table.opened(descriptor, at: UInt64(descriptor)) == nil)
        }
        table.headCompleted(1, bytes: 10, at: 10)
        table.headCompleted(2, bytes: 10, at: 11)
        _ = table.responseEnded(2, received(10), at: 12)
        #expect(table.opened(5, at: 13) == .init(descriptor: 3, reason: .crowdedOut))
        #expect(table.opened(6, at: 14) == .init(descriptor: 4, reason: .crowdedOut))
        for descriptor: Int32 in [5, 6] { table.headCompleted(descriptor, bytes: 10, at: 15) }
        #expect(table.opened(7, at: 16) == .init(descriptor: 2, reason: .crowdedOut))
        table.headCompleted(7, bytes: 10, at: 17)
        #expect(table.opened(8, at: 18) == nil)
        // Those told to go count no longer, and leave nothing behind.
        for descriptor: Int32 in [2, 3, 4, 8] { #expect(table.closed(descriptor, nil) == nil) }
        #expect(table.connections.count == 4)
    }

    @Test("tells a head that was cut off from a connection that was closed at rest")
    func cutOff() {
        var table = table()
        for descriptor: Int32 in 1...4 { _ = table.opened(descriptor, at: 0) }
        #expect(table.closed(1, received(0)) == nil)
        #expect(table.closed(2, received(1, ended: true)) == nil)
        #expect(table.closed(3, received(2, ended: true)) == .headUnfinished)
        table.headCompleted(4, bytes: 100, at: 0)
        table.refused(4)
        _ = table.responseEnded(4, received(150), at: 0)
        #expect(table.closed(4, received(150)) == nil)
    }

    @Test("survives limits that make no sense", arguments: [0, -1, .nan, .infinity, -.infinity, 1e300])
    func limits(_ seconds: Double) {
        var limits = HTTPServerLimits()
        limits.requestHeadSeconds = seconds
        limits.idleSeconds = seconds
        limits.responseSeconds = seconds
        limits.connectionsMax = 0
        var table = ConnectionTable(limits)
        _ = table.opened(1, at: .max / 4)
        _ = table.opened(2, at: .max / 4)
        #expect(table.nextDueNanoseconds != nil)
    }

    @Test("knows an encrypted connection's requests by what comes in after the last one")
    func encrypted() {
        var table = ConnectionTable(HTTPServerLimits(), isEncrypted: true)
        _ = table.opened(7, at: 0)
        table.handshakeCompleted(7, received(900))
        // 100 bytes of a head were 200 on the wire.
        table.headCompleted(7, bytes: 100, received(1_100), at: Self.second)
        #expect(table.responseEnded(7, received(1_100), at: Self.second) == nil)
        #expect(table.overdue(at: 7 * Self.second) { _ in received(1_100) }.isEmpty)
        // The next head has begun: it gets a head's time.
        #expect(table.overdue(at: 12 * Self.second) { _ in received(1_130) }.isEmpty)
        #expect(
            table.overdue(at: 30 * Self.second) { _ in received(1_130) } == [.init(descriptor: 7, reason: .headOverdue)]
        )
    }

    @Test("takes TLS's good-bye for no request, with the end of the stream or before it", arguments: [true, false])
    func farewell(hasEnded: Bool) {
        var table = ConnectionTable(HTTPServerLimits(), isEncrypted: true)
        for (bytes, reason) in [(1_124, nil), (1_500, HTTPRefusal.headUnfinished)] as [(UInt64, HTTPRefusal?)] {
            _ = table.opened(7, at: 0)
            table.handshakeCompleted(7, received(900))
            table.headCompleted(7, bytes: 100, received(1_100), at: Self.second)
            _ = table.responseEnded(7, received(1_100), at: Self.second)
            #expect(table.closed(7, received(bytes, ended: hasEnded)) == reason)
        }
        // Before the handshake nothing is a good-bye: this is plain HTTP.
        _ = table.opened(7, at: 0)
        #expect(table.closed(7, received(19, ended: true)) == .headUnfinished)
    }
}
