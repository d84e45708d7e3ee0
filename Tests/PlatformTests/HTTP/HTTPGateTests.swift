import Glibc
import TestSupport
import Testing

@testable import Platform

/// Decides by the path, and takes its time in a thread where the path says so.
private final class PathGate: HTTPGate {
    let queue = WorkQueue(limit: 100)

    func decide(_ request: HTTPRequest) -> HTTPGateDecision {
        switch request.path {
        case "/no": .refused(.text(401, "no"))
        case "/later": .pending { [queue] decided in _ = queue.add { _ in decided(nil) } }
        case "/later-no": .pending { [queue] decided in _ = queue.add { _ in decided(.text(401, "no")) } }
        case "/at-once": .pending { decided in decided(nil) }
        default: .admitted
        }
    }
}

@Suite("A gate before an HTTP server")
struct HTTPGateTests {
    private func server(_ gate: any HTTPGate) throws -> HTTPServer {
        let access = HTTPAccess(gate: gate) {
            HTTPCommonHeaders(replacing: [HTTPField("X-Ours", "1")], added: [HTTPField("X-More", "2")])
        }
        return try HTTPServer(address: "127.0.0.1:0", access: access) { request in
            HTTPResponse(headers: [HTTPField("x-ours", "0"), HTTPField("X-MORE", "own")], body: Array("yes".utf8))
        }
    }

    @Test("admits or refuses, at once or later, and keeps the connection")
    func decides() throws {
        let gate = PathGate()
        let thread = try DaemonThread(name: "test") { gate.queue.run() }
        let server = try server(gate)
        let client = try RawClient(port: server.port)
        for (path, status) in [
            ("/", 200), ("/no", 401), ("/later", 200), ("/at-once", 200), ("/later-no", 401), ("/later", 200),
        ] {
            client.send("GET \(path) HTTP/1.1\r\nHost: here\r\n\r\n")
            let response = try client.response()
            #expect(response.status == status)
            #expect(response.text == (status == 200 ? "yes" : "no\n"))
            #expect(response.headers["x-ours"] == "1")
            #expect(response.headers["x-more"] == (status == 200 ? "own" : "2"))
        }
        gate.queue.close()
        thread.join()
        server.stop()
    }

    @Test("holds up nobody else while it takes its time")
    func others() throws {
        let gate = PathGate()
        let server = try server(gate)
        let waiting = try RawClient(port: server.port)
        waiting.send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(eventually { gate.queue.count == 1 })
        let client = try RawClient(port: server.port)
        client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        #expect(try client.response().status == 200)
        let thread = try DaemonThread(name: "test") { gate.queue.run() }
        #expect(try waiting.response().status == 200)
        gate.queue.close()
        thread.join()
        server.stop()
    }
}
