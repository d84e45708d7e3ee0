import TestSupport
import Testing

@testable import Platform

/// Clients that ask for a large response and never read it.
@Suite("An HTTP server beside clients that never read", .serialized)
struct HTTPCrowdTests {
    private static let get = "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n"

    /// Each request is answered with a body of its own.
    private func server(
        _ bodyBytes: Int, asked: Monitor<Int>, _ change: (inout HTTPServerLimits) -> Void
    ) throws -> HTTPServer {
        var limits = HTTPServerLimits()
        limits.responseGraceSeconds = 0
        limits.responsePaceSeconds = 0.001
        change(&limits)
        return try HTTPServer(address: "127.0.0.1:0", limits: limits) { _ in
            asked.withLock { $0 += 1 }
            return HTTPResponse(body: [UInt8](repeating: 0x61, count: bodyBytes))
        }
    }

    /// Returns when the server has given each of them as much as it takes, or ended it.
    private func stuckClients(_ count: Int, _ server: HTTPServer) throws -> [RawClient] {
        let clients = try (0..<count).map { _ in
            let client = try RawClient(port: server.port, receiveBufferBytes: 4096)
            client.send(Self.get)
            return client
        }
        for client in clients { try client.waitForBytes() }
        return clients
    }

    @Test("answers one that reads, again and again, and holds no more than its limit")
    func bytes() throws {
        let asked = Monitor(0)
        let server = try server(8_000_000, asked: asked) { $0.responseBytesMax = 33_000_000 }
        var stuck: [RawClient] = []
        for round in 1...5 {
            stuck = try stuckClients(100, server)
            #expect(asked.withLock { $0 } == 101 * round - 1)
            #expect(server.counters.responseBytes == 32_000_000)
            let honest = try RawClient(port: server.port)
            honest.send(Self.get)
            let response = try honest.response(withinSeconds: 10)
            #expect(response.status == 200)
            #expect(response.body.count == 8_000_000)
            #expect(server.counters.responseBytes <= 33_000_000)
        }
        #expect(server.counters.refused[.crowdedOut, default: 0] >= 5)
        stuck.removeAll()
        #expect(eventually { server.counters.connectionsOpen == 0 })
        #expect(server.counters.responseBytes == 0)
    }

    @Test("shares one body among all of them, and with one that reads")
    func shared() throws {
        var limits = HTTPServerLimits()
        limits.responseBytesMax = 8_000_000
        let body = HTTPBody([UInt8](repeating: 0x61, count: 8_000_000))
        let server = try HTTPServer(address: "127.0.0.1:0", limits: limits) { _ in HTTPResponse(body: body) }
        let stuck = try stuckClients(100, server)
        for _ in 0..<5 {
            let honest = try RawClient(port: server.port)
            honest.send(Self.get)
            #expect(try honest.response(withinSeconds: 10).body == body.bytes)
        }
        #expect(server.counters.responseBytes == 8_000_000)
        #expect(server.counters.refused.isEmpty)
        for client in stuck { client.end() }
        #expect(eventually { server.counters.responseBytes == 0 })
    }

    @Test("lets one that reads in although they take all connections")
    func connections() throws {
        let asked = Monitor(0)
        let server = try server(8_000_000, asked: asked) {
            $0.connectionsMax = 16
            $0.responseBytesMax = 1 << 30
        }
        let stuck = try stuckClients(60, server)
        let honest = try RawClient(port: server.port)
        honest.send(Self.get)
        #expect(try honest.response(withinSeconds: 10).body.count == 8_000_000)
        #expect(server.counters.refused[.crowdedOut, default: 0] >= 45)
        #expect(server.counters.connectionsOpen <= 16)
        #expect(server.counters.responseBytes <= 16 * 8_000_000)
        withExtendedLifetime(stuck) {}
    }
}
