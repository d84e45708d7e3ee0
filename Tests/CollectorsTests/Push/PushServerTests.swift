import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import Collectors

@Suite("The push server, with real sockets")
struct PushServerTests {
    @Test("takes every line of a datagram and counts its bytes")
    func datagram() throws {
        let push = try PushServerFixture()
        defer { push.finish() }
        let client = try UnixClient(.datagram, to: push.datagramPath)
        client.send("a:1|c\nb:12.5|ms\nbroken")
        client.send("a:2|c")
        #expect(push.counts { $0.packets == 2 })
        #expect(push.number("a") == 3)
        #expect(push.counters.timings == 1)
        #expect(push.counters.bytes == 27)
        #expect(push.counters[.noValue] == 1)
    }

    @Test("one process's series do not use up another's")
    func senders() async throws {
        let push = try PushServerFixture(limits: SeriesLimits(seriesPerSenderMax: 2))
        defer { push.finish() }
        try UnixClient(.datagram, to: push.datagramPath).send("a:1|c\nb:1|c\nc:1|c")
        #expect(push.counts { $0.packets == 1 })
        #expect(push.counters[.maxSeriesPerSender] == 1)
        // A second socket of the same process is the same sender.
        try UnixClient(.datagram, to: push.datagramPath).send("d:1|c")
        #expect(push.counts { $0[.maxSeriesPerSender] == 2 })
        await #expect(processExitsWith: .success) { [path = push.datagramPath as String] in
            let client = try UnixClient(.datagram, to: path)
            #expect(client.send("e:1|c\nf:1|c\ng:1|c"))
        }
        #expect(push.counts { $0[.maxSeriesPerSender] == 3 })
        #expect(push.number("e") == 1)
        #expect(push.number("f") == 1)
        #expect(push.number("g") == nil)
    }

    @Test("descriptors that a sender attaches are closed", arguments: [UnixClient.Kind.datagram, .stream])
    func attachedDescriptors(_ kind: UnixClient.Kind) throws {
        let push = try PushServerFixture()
        defer { push.finish() }
        let client = try UnixClient(kind, to: kind == .datagram ? push.datagramPath : push.streamPath)
        var pipe: [Int32] = [0, 0]
        #expect(Glibc.pipe(&pipe) == 0)
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(pipe[0], F_SETFL, O_NONBLOCK)
        defer { close(pipe[0]) }
        #expect(client.send("a:1|c\n", attaching: pipe[1]))
        close(pipe[1])
        #expect(push.counts { $0.otherValues == 1 })
        // The pipe ends when the last descriptor of its other end is closed.
        #expect(
            eventually {
                var byte: UInt8 = 0
                return read(pipe[0], &byte, 1) == 0
            })
        #expect(client.send("a:1|c\n"))
        #expect(push.counts { $0.otherValues == 2 })
    }

    private func frame(_ text: String) -> [UInt8] {
        withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
    }

    @Test("a stream has either framing, in pieces of any size")
    func streams() throws {
        let push = try PushServerFixture()
        defer { push.finish() }
        let prefixed = try UnixClient(.stream, to: push.streamPath)
        let plain = try UnixClient(.stream, to: push.streamPath)
        for byte in frame("a:1|c\na:2|c") + frame("a:4|c") { prefixed.send([byte]) }
        for byte in "b:1|c\nb:2|c\n".utf8 { plain.send([byte]) }
        #expect(push.counts { $0.otherValues == 5 })
        #expect(push.number("a") == 7)
        #expect(push.number("b") == 3)
        #expect(eventually { push.server.connectionCount == 2 })
        #expect(push.counters[.frameTruncated] == 0)
    }

    @Test("half a frame at a connection's end is counted and not taken, half a line is taken")
    func halves() throws {
        let push = try PushServerFixture()
        defer { push.finish() }
        let prefixed = try UnixClient(.stream, to: push.streamPath)
        prefixed.send(frame("a:1|c") + frame("a:2|c").dropLast())
        prefixed.endSending()
        #expect(push.counts { $0[.frameTruncated] == 1 })
        #expect(prefixed.isClosedByPeer)
        let plain = try UnixClient(.stream, to: push.streamPath)
        plain.send("b:1|c\nb:2|c")
        plain.endSending()
        #expect(push.counts { $0.otherValues == 3 })
        #expect(push.number("a") == 1)
        #expect(push.number("b") == 3)
    }

    @Test("a length that cannot be ends the connection, and no other")
    func impossibleLength() throws {
        let push = try PushServerFixture()
        defer { push.finish() }
        let good = try UnixClient(.stream, to: push.streamPath)
        good.send(frame("a:1|c"))
        let bad = try UnixClient(.stream, to: push.streamPath)
        bad.send([0xFF, 0xFF, 0xFF, 0xFF])
        #expect(bad.isClosedByPeer)
        #expect(push.counters[.frameTooLong] == 1)
        good.send(frame("a:1|c"))
        #expect(push.counts { $0.otherValues == 2 })
    }

    @Test("more connections of one process than allowed are refused, until one ends")
    func connectionsPerSender() throws {
        let push = try PushServerFixture()
        defer { push.finish() }
        var clients: [UnixClient] = []
        for _ in 0..<PushLimits.connectionsPerSenderMax {
            clients.append(try UnixClient(.stream, to: push.streamPath))
        }
        #expect(eventually { push.server.connectionCount == PushLimits.connectionsPerSenderMax })
        let refused = try UnixClient(.stream, to: push.streamPath)
        #expect(refused.isClosedByPeer)
        #expect(push.counters.connectionsRefused == 1)
        clients.removeLast()
        #expect(eventually { push.server.connectionCount == PushLimits.connectionsPerSenderMax - 1 })
        let next = try UnixClient(.stream, to: push.streamPath)
        next.send("a:1|c\n")
        #expect(push.counts { $0.otherValues == 1 })
        #expect(push.counters.connectionsRefused == 1)
    }

    @Test("what waits in the datagram socket when it is stopped is still taken")
    func drain() throws {
        let push = try PushServerFixture(isRunning: false)
        let client = try UnixClient(.datagram, to: push.datagramPath)
        // Fewer than the kernel queues on any host (net.unix.max_dgram_qlen is 10 at the least).
        for _ in 0..<8 { client.send("a:1|c") }
        push.server.stop()
        try push.run()
        push.finish()
        #expect(push.counters.otherValues == 8)
    }

    @Test("what was sent on connections that wait to be accepted when it is stopped is still taken")
    func drainConnections() throws {
        let push = try PushServerFixture(isRunning: false)
        let clients = try (0..<3).map { _ in try UnixClient(.stream, to: push.streamPath) }
        for client in clients { client.send("a:1|c\n") }
        push.server.stop()
        try push.run()
        push.finish()
        #expect(push.number("a") == 3)
    }

    @Test("shows that it lives, and ends when it is stopped though nothing comes")
    func beats() throws {
        let push = try PushServerFixture()
        let before = push.server.beatCount
        try UnixClient(.datagram, to: push.datagramPath).send("a:1|c")
        #expect(eventually { push.server.beatCount > before })
        push.finish()
    }
}
