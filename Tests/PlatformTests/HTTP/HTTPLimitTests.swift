import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("An HTTP server's limits")
struct HTTPLimitTests {
    let recorder = Recorder()

    private func limits(_ change: (inout HTTPServerLimits) -> Void) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        change(&limits)
        return limits
    }

    struct BadRequest: CustomTestStringConvertible, Sendable {
        var what: String
        var bytes: String
        var status: Int
        var reason: HTTPRefusal
        var testDescription: String { what }

        init(_ what: String, _ bytes: String, _ status: Int, _ reason: HTTPRefusal) {
            self.what = what
            self.bytes = bytes
            self.status = status
            self.reason = reason
        }
    }

    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"
    private static let post = "POST / HTTP/1.1\r\nHost: here\r\n"
    static let badRequests = [
        BadRequest(
            "two Content-Length headers, the first 0",
            "\(post)Content-Length: 0\r\nContent-Length: 39\r\n\r\n\(smuggled)", 400, .body),
        BadRequest(
            "two Content-Length headers, the second 0",
            "\(post)Content-Length: 39\r\nContent-Length: 0\r\n\r\n\(smuggled)", 400, .body),
        BadRequest(
            "two Content-Length headers, both 0",
            "\(post)Content-Length: 0\r\nContent-Length: 0\r\n\r\n\(smuggled)", 400, .body),
        BadRequest("Content-Length with a space", "\(post)Content-Length : 39\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("Content-Length with a tab", "\(post)Content-Length\t: 39\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest(
            "a first header line that begins with a space", "GET / HTTP/1.1\r\n Host: here\r\n\r\n", 400, .malformed),
        BadRequest("a Content-Length of 39", "\(post)Content-Length: 39\r\n\r\n\(smuggled)", 413, .body),
        BadRequest("a Content-Length of 00", "\(post)Content-Length: 00\r\n\r\n\(smuggled)", 413, .body),
        BadRequest("a Content-Length of 0x27", "\(post)Content-Length: 0x27\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("a Content-Length of -1", "\(post)Content-Length: -1\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("a Content-Length list", "\(post)Content-Length: 0, 39\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest(
            "a Content-Length over 64 bits", "\(post)Content-Length: 99999999999999999999\r\n\r\n\(smuggled)", 413,
            .body),
        BadRequest("a folded Content-Length", "\(post)Content-Length:\r\n 39\r\n\r\n\(smuggled)", 400, .body),
        BadRequest(
            "a folded Transfer-Encoding", "\(post)Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n\(smuggled)", 400,
            .body),
        BadRequest(
            "a bare carriage return", "\(post)X: y\rContent-Length: 39\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest(
            "a GET with a body", "GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 39\r\n\r\n\(smuggled)", 413, .body),
        BadRequest(
            "a chunked body", "\(post)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(smuggled)", 400, .body),
        BadRequest(
            "chunked and Content-Length",
            "\(post)Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(smuggled)", 400, .body),
        BadRequest(
            "an unknown transfer coding", "\(post)Transfer-Encoding: xchunked\r\n\r\n\(smuggled)", 400, .body),
        BadRequest(
            "a body announced with Expect",
            "\(post)Content-Length: 39\r\nExpect: 100-continue\r\n\r\n\(smuggled)", 413, .body),
        BadRequest("a zero in the target", "GET /\0metrics HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("a zero in a header", "\(post)X: a\0b\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest(
            "a zero in a length", "\(post)Content-Length: 0\09\r\nX: a\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("no Host", "GET / HTTP/1.1\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest(
            "a header line without a colon", "GET / HTTP/1.1\r\nHost: here\r\nnonsense\r\n\r\n\(smuggled)", 400,
            .malformed),
        BadRequest(
            "a target that is no path", "GET metrics HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", 400, .malformed),
        BadRequest("a method that exists", "DELETE / HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", 405, .method),
        BadRequest("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", 405, .method),
        BadRequest("a method that does not exist", "BREW / HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", 501, .method),
        BadRequest("a method in lower case", "get / HTTP/1.1\r\nHost: here\r\n\r\n\(smuggled)", 501, .method),
        BadRequest(
            "a head over the limit",
            "GET / HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "x", count: 17_000))\r\n\r\n", 431, .headTooLong),
        BadRequest(
            "a head over the connection's memory",
            "GET / HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n", 431, .headTooLong),
        BadRequest(
            "a thousand short headers",
            "GET / HTTP/1.1\r\nHost: here\r\n\(String(repeating: "a: b\r\n", count: 1000))\r\n", 431, .headTooLong),
        BadRequest(
            "a request line over the connection's memory",
            "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\nHost: here\r\n\r\n", 414, .headUnfinished),
    ]

    @Test(
        "let odd heads pass that are right, in one piece or byte for byte",
        arguments: [
            "GET /a%20b?x=%41&y&z= HTTP/1.1\r\nHost:here\r\nX:\r\nY: \t v : w \t\r\nZ: \r\n\r\n",
            "GET /% HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "x y", count: 5_000))\r\n\r\n",
            "GET /? HTTP/1.1\r\nHost: here\r\n\(String(repeating: "a: b\r\n", count: 400))\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        ])
    func odd(_ head: String) throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        for _ in 0..<3 {
            client.send(head)
            #expect(try client.response().status == 200)
        }
        client.send(head + head)
        #expect(try client.response().status == 200)
        #expect(try client.response().status == 200)
        for byte in head.utf8.prefix(4_000) { client.send([byte]) }
        client.send(head.utf8.dropFirst(4_000))
        #expect(try client.response().status == 200)
        #expect(server.counters.refused.isEmpty)
    }

    @Test("refuse and close, so that nothing behind the request is taken for another one", arguments: badRequests)
    func refuse(_ bad: BadRequest) throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send(bad.bytes)
        let response = try client.response()
        #expect(response.status == bad.status)
        #expect(response.headers["connection"]?.lowercased() == "close")
        #expect(client.isEndedByServer())
        #expect(eventually { server.counters.connectionsOpen == 0 })
        #expect(recorder.paths.isEmpty)
        #expect(server.counters.refused == [bad.reason: 1])
        #expect(bad.status == 414 || server.counters.responses == [bad.status / 100: 1])
    }

    @Test("say which methods there are")
    func allow() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send("PUT / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try client.response().headers["allow"] == "GET, HEAD, POST")
    }

    @Test("let a head pass that just fits")
    func fits() throws {
        let server = try recorder.server(limits: limits { $0.requestHeadBytesMax = 1000 })
        let frame = "GET / HTTP/1.1\r\nHost: here\r\nX: \r\n\r\n"
        let client = try RawClient(port: server.port)
        for (extra, status) in [(0, 200), (1, 431)] {
            let value = String(repeating: "x", count: 1000 - frame.utf8.count + extra)
            client.send(frame.replacing("X: ", with: "X: " + value))
            #expect(try client.response().status == status)
        }
    }

    @Test("survive binary garbage in every shape", arguments: 0..<60)
    func garbage(_ seed: Int) throws {
        let server = try recorder.server(limits: limits { $0.requestHeadSeconds = 0.2 })
        var random = SeededGenerator(seed: UInt64(seed))
        let client = try RawClient(port: server.port)
        var bytes = (0..<Int.random(in: 1...5000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
        }
        // Some of it in the midst of a request that begins well.
        if seed % 3 == 1 { bytes = Array("GET / HTTP/1.1\r\n".utf8) + bytes }
        if seed % 3 == 2 {
            bytes = Array("GET /\0%00%zz?%&=%4 HTTP/1.1\r\nHost: here\r\n".utf8) + bytes + Array("\r\n\r\n".utf8)
        }
        client.send(bytes)
        client.endSending()
        #expect(client.isEndedByServer())
        #expect(eventually { server.counters.connectionsOpen == 0 })
        let other = try RawClient(port: server.port)
        other.send("GET /after HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try other.response().text == "hello")
    }

    @Test("answer a scraper while 200 clients drip a byte at a time")
    func drip() throws {
        let server = try recorder.server(limits: limits { $0.requestHeadSeconds = 2 })
        let drippers = try (0..<200).map { _ in try RawClient(port: server.port) }
        let head = Array("GET /drip HTTP/1.1\r\nHost: here\r\nX: \(String(repeating: "x", count: 4000))".utf8)
        let deadline = Deadline(seconds: RawClient.patienceSeconds)
        var sent = 0
        // Each client never pauses for long, so that a limit on inactivity alone would not end it.
        while server.counters.refused[.headOverdue, default: 0] < 200, !deadline.isPassed, sent < head.count {
            for client in drippers { client.send([head[sent]]) }
            sent += 1
            let scraper = try RawClient(port: server.port)
            scraper.send("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try scraper.response(withinSeconds: 5).text == "hello")
        }
        #expect(server.counters.refused == [.headOverdue: 200])
        #expect(recorder.paths.count == sent)
        #expect(recorder.paths.allSatisfy { $0 == "/metrics" })
    }

    @Test("let a scraper in although more clients than there are connections never finish their heads")
    func crowd() throws {
        let server = try recorder.server(limits: limits { $0.connectionsMax = 16 })
        let kept = try RawClient(port: server.port)
        kept.send("GET /kept HTTP/1.1\r\nHost: here\r\n\r\n")
        _ = try kept.response()
        let crowd = try (0..<100).map { _ in
            let client = try RawClient(port: server.port)
            client.send("G")
            return client
        }
        let scraper = try RawClient(port: server.port)
        scraper.send("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try scraper.response().text == "hello")
        // The oldest had to go, the connection that was answered did not.
        #expect(crowd[0].isEndedByServer())
        kept.send("GET /kept HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try kept.response().text == "hello")
        #expect(server.counters.connectionsOpen <= 16)
        #expect(server.counters.refused[.crowdedOut, default: 0] >= 86)
    }

    @Test("end a kept connection whose next head drips, and leave an idle one alone")
    func keptConnections() throws {
        let server = try recorder.server(limits: limits { $0.requestHeadSeconds = 1 })
        let idle = try RawClient(port: server.port)
        let dripping = try RawClient(port: server.port)
        for client in [idle, dripping] {
            client.send("GET /first HTTP/1.1\r\nHost: here\r\n\r\n")
            _ = try client.response()
        }
        let deadline = Deadline(seconds: RawClient.patienceSeconds)
        while server.counters.refused[.headOverdue] == nil, !deadline.isPassed {
            dripping.send("x")
            usleep(20_000)
        }
        #expect(dripping.isEndedByServer())
        idle.send("GET /second HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try idle.response().text == "hello")
        #expect(recorder.paths == ["/first", "/first", "/second"])
        #expect(server.counters.refused == [.headOverdue: 1])
    }

    @Test("end a kept connection that has been idle for too long, without counting it as refused")
    func idle() throws {
        let server = try recorder.server(limits: limits { $0.idleSeconds = 0.2 })
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        _ = try client.response()
        #expect(client.isEndedByServer())
        #expect(eventually { server.counters.connectionsOpen == 0 })
        #expect(server.counters.refused.isEmpty)
    }

    @Test("end a connection that sends nothing at all")
    func silent() throws {
        let server = try recorder.server(limits: limits { $0.requestHeadSeconds = 0.2 })
        let client = try RawClient(port: server.port)
        #expect(client.isEndedByServer())
        #expect(server.counters.refused == [.headOverdue: 1])
    }

    @Test("end a client that does not take its response, and free the memory for others")
    func responses() throws {
        let limits = limits {
            $0.responseSeconds = 3
            $0.responseGraceSeconds = 60
            $0.responseBytesMax = 20_000_000
        }
        let server = try HTTPServer(address: "127.0.0.1:0", limits: limits) { _ in
            HTTPResponse(body: [UInt8](repeating: 0x61, count: 12_000_000))
        }
        let stuck = try RawClient(port: server.port, receiveBufferBytes: 4096)
        stuck.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        _ = try stuck.drain(100)
        let second = try RawClient(port: server.port)
        second.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try second.response().status == 503)
        #expect(eventually { server.counters.refused[.responseOverdue] == 1 && server.counters.connectionsOpen < 2 })
        let third = try RawClient(port: server.port)
        third.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try third.response().body.count == 12_000_000)
    }

    @Test("cost no time while nothing happens")
    func quiet() async {
        // In a process of its own: nothing else takes processor time there.
        await #expect(processExitsWith: .success) {
            let recorder = Recorder()
            let server = try recorder.server()
            let kept = try RawClient(port: server.port)
            kept.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            _ = try kept.response()
            let half = try RawClient(port: server.port)
            half.send("GET /half HTTP/1.1\r\n")
            #expect(eventually { server.counters.connectionsOpen == 2 && server.counters.responses == [2: 1] })
            let before = clock()
            usleep(1_000_000)
            #expect(Double(clock() - before) / Double(CLOCKS_PER_SEC) < 0.1)
        }
    }
}
