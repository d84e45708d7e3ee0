import Testing

@testable import Platform

@Suite("A ledger of responses")
struct ResponseLedgerTests {
    static let second: UInt64 = 1_000_000_000

    /// Room for 1000 bytes, a pace of 10 s, a grace of a quarter of a second.
    private func ledger() -> ResponseLedger {
        var limits = HTTPServerLimits()
        limits.responseBytesMax = 1000
        return ResponseLedger(limits)
    }

    /// A response of which libmicrohttpd has taken `handed` bytes.
    private func sending(
        _ bytes: Int, to descriptor: Int32, at seconds: UInt64 = 0, handed: Int = 0, of body: HTTPBody? = nil
    ) -> ResponseSending {
        let body = body ?? HTTPBody([UInt8](repeating: 0, count: bytes))
        let sending = ResponseSending(body, to: descriptor, at: seconds * Self.second)
        withUnsafeTemporaryAllocation(byteCount: handed, alignment: 1) { _ = sending.read(from: 0, into: $0) }
        return sending
    }

    /// Which have to give way, or nil when the newcomer is refused.
    private func admit(
        _ newcomer: ResponseSending, to ledger: inout ResponseLedger, at now: UInt64,
        unacknowledged: (Int32) -> Int? = { _ in 1 }
    ) -> Set<Int32>? {
        switch ledger.admit(newcomer, at: now, unacknowledged) {
        case .refused: nil
        case .admitted(let leaving): Set(leaving.map(\.descriptor))
        }
    }

    @Test("counts a body once for all its clients, until the last one has it")
    func shared() {
        var ledger = ledger()
        let body = HTTPBody([UInt8](repeating: 0, count: 900))
        let clients = (1...50).map { sending(900, to: Int32($0), of: body) }
        for client in clients { #expect(admit(client, to: &ledger, at: 0) == []) }
        #expect(ledger.bytes == 900)
        for client in clients.dropLast() { ledger.remove(client) }
        #expect(ledger.bytes == 900)
        for client in clients { ledger.remove(client) }
        #expect(ledger.bytes == 0)
    }

    @Test("refuses the newcomer while every response is younger than the grace, then lets the oldest give way")
    func grace() {
        var ledger = ledger()
        #expect(admit(sending(600, to: 1), to: &ledger, at: 0) == [])
        #expect(admit(sending(600, to: 2), to: &ledger, at: Self.second / 4 - 1) == nil)
        #expect(ledger.bytes == 600)
        #expect(admit(sending(600, to: 2), to: &ledger, at: Self.second / 4) == [1])
        #expect(ledger.bytes == 600)
    }

    @Test(
        "lets nobody give way who keeps up with the pace, or whom the server has given nothing more",
        arguments: [
            // After 2 s of 10, a fifth of 1000 bytes.
            (handed: 400, unacknowledged: 200, givesWay: false), (400, 201, true), (100, 0, false), (0, 0, false),
            (1000, 1000, true),
        ])
    func pace(_ handed: Int, _ unacknowledged: Int, _ givesWay: Bool) {
        var ledger = ledger()
        #expect(admit(sending(1000, to: 1, handed: handed), to: &ledger, at: 0) == [])
        let leaving = admit(sending(10, to: 2, at: 2), to: &ledger, at: 2 * Self.second) { _ in unacknowledged }
        #expect(leaving == (givesWay ? [1] : nil))
    }

    @Test("lets those go first that are most behind, and no more than room is needed for")
    func order() {
        var ledger = ledger()
        #expect(admit(sending(300, to: 1, at: 1), to: &ledger, at: Self.second) == [])
        #expect(admit(sending(300, to: 2, at: 0, handed: 151), to: &ledger, at: Self.second) == [])
        #expect(admit(sending(300, to: 3, at: 3), to: &ledger, at: 3 * Self.second) == [])
        #expect(ledger.slowest(at: 5 * Self.second) { _ in 1 } == 1)
        #expect(admit(sending(300, to: 4, at: 5), to: &ledger, at: 5 * Self.second) == [1])
        #expect(admit(sending(500, to: 5, at: 5), to: &ledger, at: 5 * Self.second) == nil)
        #expect(admit(sending(400, to: 6, at: 5), to: &ledger, at: 5 * Self.second) == [3])
        #expect(ledger.bytes == 1000)
        #expect(ledger.slowest(at: 5 * Self.second) { _ in 1 } == nil)
    }

    @Test("keeps a body that one of its clients takes, and lets a body that none takes go with all of them")
    func clients() {
        var ledger = ledger()
        let taken = HTTPBody([UInt8](repeating: 0, count: 500))
        let stuck = HTTPBody([UInt8](repeating: 0, count: 500))
        #expect(admit(sending(500, to: 1, of: taken), to: &ledger, at: 0) == [])
        #expect(admit(sending(500, to: 2, handed: 500, of: taken), to: &ledger, at: 0) == [])
        for descriptor: Int32 in 3...5 {
            #expect(admit(sending(500, to: descriptor, of: stuck), to: &ledger, at: 0) == [])
        }
        let now = 5 * Self.second
        #expect(admit(sending(500, to: 6, at: 5), to: &ledger, at: now) == [3, 4, 5])
        #expect(admit(sending(500, to: 7, at: 5), to: &ledger, at: now) == nil)
        #expect(ledger.bytes == 1000)
    }

    @Test("sends one response whatever its size, and lets it give way as well")
    func large() {
        var ledger = ledger()
        #expect(admit(sending(5000, to: 1), to: &ledger, at: 0) == [])
        #expect(admit(sending(10, to: 2), to: &ledger, at: 0) == nil)
        #expect(admit(sending(5000, to: 3, at: 1), to: &ledger, at: Self.second) == [1])
        #expect(ledger.bytes == 5000)
    }

    @Test("reads a response piece by piece, and nothing once it was given up")
    func pieces() {
        let body = (0..<100).map { UInt8($0) }
        let sending = ResponseSending(HTTPBody(body), to: 1, at: 0)
        var room = [UInt8](repeating: 0, count: 64)
        let read = { (position: UInt64) in room.withUnsafeMutableBytes { sending.read(from: position, into: $0) } }
        #expect(read(0) == 64)
        #expect(room == Array(body[..<64]))
        #expect(read(64) == 36)
        #expect(room[..<36] == body[64...])
        #expect(read(100) == nil)
        #expect(read(.max) == nil)
        #expect(sending.handedBytes == 100)
        sending.giveUp()
        #expect(read(0) == nil)
    }

    @Test("survives limits that make no sense", arguments: [0, -1, .nan, .infinity, -.infinity, 1e300])
    func limits(_ seconds: Double) {
        var limits = HTTPServerLimits()
        limits.responseBytesMax = -1
        limits.responseGraceSeconds = seconds
        limits.responsePaceSeconds = seconds
        var ledger = ResponseLedger(limits)
        #expect(admit(sending(10, to: 1, at: 9), to: &ledger, at: 9 * Self.second) == [])
        _ = admit(sending(10, to: 2), to: &ledger, at: 0)
        _ = ledger.slowest(at: .max) { _ in nil }
    }
}
