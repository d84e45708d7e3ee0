import Glibc
import TestSupport
import Testing

@testable import Platform

/// What a handler was asked, seen from the test.
final class Recorder: Sendable {
    private let monitor = Monitor<[HTTPRequest]>([])

    var requests: [HTTPRequest] { monitor.withLock { $0 } }
    var paths: [String] { requests.map(\.path) }

    func record(_ request: HTTPRequest) { monitor.withLock { $0.append(request) } }

    /// A server on a free port that answers `hello` to everything and records it.
    func server(limits: HTTPServerLimits = HTTPServerLimits()) throws -> HTTPServer {
        try HTTPServer(address: "127.0.0.1:0", limits: limits) { request in
            self.record(request)
            return HTTPResponse(headers: [HTTPField("Content-Type", "text/plain")], body: Array("hello".utf8))
        }
    }
}

@Suite("An HTTP server")
struct HTTPServerTests {
    let recorder = Recorder()

    @Test("answers a GET with status, headers and body, and hands the request over decoded")
    func get() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send("GET /a%20b?name=x%26y&flag&plus=1+2 HTTP/1.1\r\nHost: here\r\nAccept: a\r\nACCEPT: b\r\n\r\n")
        let response = try client.response()
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(response.headers["content-type"] == "text/plain")
        #expect(response.headers["content-length"] == "5")
        #expect(response.headers["date"] != nil)
        let request = try #require(recorder.requests.first)
        #expect(request.method == "GET")
        #expect(request.path == "/a b")
        #expect(request.query.map(\.name) == ["name", "flag", "plus"])
        #expect(request.query.map(\.value) == ["x&y", nil, "1 2"])
        #expect(request.header("accept") == "a, b")
        #expect(request.header("cookie") == nil)
        #expect(request.peer.hasPrefix("127.0.0.1:"))
    }

    @Test("answers HEAD with the headers of GET and no body")
    func head() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send("HEAD /metrics HTTP/1.1\r\nHost: here\r\n\r\nGET /next HTTP/1.1\r\nHost: here\r\n\r\n")
        let head = try client.response(hasBody: false)
        #expect(head.status == 200)
        #expect(head.headers["content-length"] == "5")
        // A body would stand in front of the second response.
        #expect(try client.response().text == "hello")
        #expect(recorder.requests.map(\.method) == ["GET", "GET"])
    }

    @Test("keeps a connection for one request after the other")
    func keepAlive() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        for i in 0..<20 {
            client.send("GET /\(i) HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try client.response().status == 200)
        }
        #expect(recorder.paths == (0..<20).map { "/\($0)" })
        #expect(server.counters.connections == 1)
        #expect(eventually { server.counters.responses == [2: 20] })
    }

    @Test("answers pipelined requests in their order")
    func pipelining() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send((0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: here\r\n\r\n" }.joined())
        for _ in 0..<50 { #expect(try client.response().text == "hello") }
        #expect(recorder.paths == (0..<50).map { "/\($0)" })
    }

    @Test(
        "closes the connection after a request of HTTP/1.0 or one that asks for it",
        arguments: [
            "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
        ])
    func closes(_ request: String) throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send(request)
        #expect(try client.response().text == "hello")
        #expect(client.isEndedByServer())
    }

    @Test("takes a POST without a body, or with an empty one")
    func post() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send("POST /-/reload HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try client.response().status == 200)
        client.send("POST /-/reload HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n")
        #expect(try client.response().status == 200)
        #expect(recorder.requests.map(\.method) == ["POST", "POST"])
    }

    @Test("answers a client that has ended its own half of the connection")
    func halfClosed() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        client.endSending()
        #expect(try client.response().text == "hello")
        #expect(client.isEndedByServer())
    }

    @Test("forgets a client that ends its half in the middle of a request head")
    func halfClosedHead() throws {
        var limits = HTTPServerLimits()
        limits.requestHeadSeconds = 0.3
        let server = try recorder.server(limits: limits)
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHos")
        client.endSending()
        #expect(client.isEndedByServer())
        #expect(eventually { server.counters.connectionsOpen == 0 })
        #expect(server.counters.refused.values.reduce(0, +) == 1)
        #expect(recorder.paths.isEmpty)
    }

    @Test("counts a head that its client cut off")
    func cutOff() throws {
        let server = try recorder.server()
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHos")
        #expect(eventually { server.counters.connectionsOpen == 1 })
        client.reset()
        #expect(eventually { server.counters.connectionsOpen == 0 })
        #expect(server.counters.refused == [.headUnfinished: 1])
    }

    @Test("sends a response of 30 MB whole to a slow reader, and answers others meanwhile")
    func largeResponse() throws {
        let size = 30_000_000
        let server = try HTTPServer(address: "127.0.0.1:0") { request in
            HTTPResponse(body: request.path == "/large" ? [UInt8](repeating: 0x61, count: size) : Array("small".utf8))
        }
        let slow = try RawClient(port: server.port, receiveBufferBytes: 1 << 20)
        slow.send("GET /large HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        var received = try slow.drain(1000)
        let other = try RawClient(port: server.port)
        for _ in 0..<10 {
            other.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try other.response().text == "small")
            received += try slow.drain(1000)
        }
        while true {
            let count = try slow.drain(1 << 20)
            if count == 0 { break }
            received += count
        }
        #expect(received > size)
        #expect(received < size + 1000)
    }

    @Test("survives clients that reset the connection while their response is being sent")
    func resets() throws {
        let server = try HTTPServer(address: "127.0.0.1:0") { _ in
            HTTPResponse(body: [UInt8](repeating: 0x61, count: 5_000_000))
        }
        for _ in 0..<20 {
            let client = try RawClient(port: server.port, receiveBufferBytes: 4096)
            client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            _ = try client.drain(100)
            client.reset()
        }
        #expect(eventually { server.counters.connectionsOpen == 0 })
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try client.response().body.count == 5_000_000)
    }

    @Test("turns a response it cannot send into 500 or the connection's end")
    func badResponses() throws {
        let server = try HTTPServer(address: "127.0.0.1:0") { request in
            request.path == "/status"
                ? HTTPResponse(status: 99) : HTTPResponse(headers: [HTTPField("X", "a\r\nSet-Cookie: b")])
        }
        let client = try RawClient(port: server.port)
        client.send("GET /status HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try client.response().status == 500)
        client.send("GET /split HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(throws: RawClient.ClientError.self) { try client.response() }
    }

    @Test("stops while connections are idle, half-way through a head and half-way through a response")
    func stop() throws {
        let server = try HTTPServer(address: "127.0.0.1:0") { _ in
            HTTPResponse(body: [UInt8](repeating: 0x61, count: 20_000_000))
        }
        let reading = try RawClient(port: server.port, receiveBufferBytes: 4096)
        reading.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        _ = try reading.drain(100)
        let head = try RawClient(port: server.port)
        head.send("GET / HT")
        let idle = try RawClient(port: server.port)
        #expect(eventually { server.counters.connectionsOpen == 3 })
        server.stop()
        server.stop()
        #expect(server.counters.connectionsOpen == 0)
        #expect(head.isEndedByServer())
        #expect(idle.isEndedByServer())
        #expect(throws: RawClient.ClientError.self) { try RawClient(port: server.port) }
    }

    @Test("can be started again on the port it has just left")
    func restart() throws {
        let first = try recorder.server()
        let client = try RawClient(port: first.port)
        client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        _ = try client.response()
        first.stop()
        let second = try HTTPServer(address: "127.0.0.1:\(first.port)") { _ in HTTPResponse() }
        #expect(second.port == first.port)
    }

    @Test("releases its handler when it is dropped without stop()")
    func release() throws {
        weak var seen: Recorder?
        do {
            let recorder = Recorder()
            seen = recorder
            let server = try recorder.server()
            let client = try RawClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            _ = try client.response()
        }
        #expect(seen == nil)
    }
}
