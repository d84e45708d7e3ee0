import Exporter
import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("Shared pages")
struct SharedPagesTests {
    private static let accepts = [
        "text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0",
        "application/openmetrics-text;version=0.0.1",
    ]

    /// Says how often it was asked.
    private final class Source: WebSource {
        static let seriesCount = 3000
        /// Makes the page longer than all that the kernel buffers for a client.
        static let padding = String(repeating: "x", count: 3000)
        let renderings = Locked(0)
        let isReady = true
        let buildInformation = BuildInformation(version: "1", revision: "", swiftVersion: "6")

        func metricFamilies() -> [MetricFamily] {
            let number = renderings.withLock { count in
                count += 1
                return count
            }
            return [
                MetricFamily(
                    MetricDescriptor(.gauge, "rendering", help: "Which one this is."),
                    (0..<Self.seriesCount).map {
                        Sample(["padding": "\(Self.padding)", "series": "\($0)"], Double(number))
                    })
            ]
        }
        func alertsJSON() -> [UInt8] { [] }
        func alertHistoryJSON() -> [UInt8] { [] }
        func rulesJSON() -> [UInt8] { [] }
        func baselinesJSON() -> [UInt8] { [] }
        func reload() -> ReloadOutcome { .reloaded }
    }

    private let source = Source()
    private let seconds = Locked(100.0)

    private func handler() -> @Sendable (HTTPRequest) -> HTTPResponse {
        let seconds = seconds
        return WebBridge.handler(
            WebRouter(source: source), pages: SharedPages(nowSeconds: { seconds.withLock { $0 } }))
    }

    private func request(accept: String? = nil, gzip: Bool = false, path: String = "/metrics") -> HTTPRequest {
        var headers = accept.map { [HTTPField("Accept", $0)] } ?? []
        if gzip { headers.append(HTTPField("Accept-Encoding", "gzip")) }
        return HTTPRequest(path: path, headers: headers)
    }

    private func contentType(_ response: HTTPResponse) -> String? {
        response.headers.first { $0.isNamed("Content-Type") }?.value
    }

    @Test("are the same for all who ask while one is sent, for half a second and not longer")
    func age() {
        let handler = handler()
        let first = handler(request())
        seconds.withLock { $0 += 0.5 }
        #expect(handler(request()).body === first.body)
        #expect(handler(request()) == first)
        seconds.withLock { $0 += 0.001 }
        let second = handler(request())
        #expect(second.body != first.body)
        #expect(source.renderings.withLock { $0 } == 2)
        // A clock that went back makes no page younger.
        seconds.withLock { $0 -= 10 }
        #expect(handler(request()).body !== second.body)
    }

    @Test("are forgotten with the last client that is sent one")
    func forgotten() {
        let handler = handler()
        weak let body = handler(request()).body
        #expect(body == nil)
        _ = handler(request())
        #expect(source.renderings.withLock { $0 } == 2)
    }

    @Test("differ by format and compression, not by the name of the format; other paths are not shared")
    func kinds() {
        let handler = handler()
        let plain = handler(request(accept: Self.accepts[0]))
        let open = handler(request(accept: Self.accepts[1]))
        let compressed = handler(request(accept: Self.accepts[0], gzip: true))
        let other = handler(request(accept: Self.accepts[2]))
        #expect(source.renderings.withLock { $0 } == 3)
        #expect(other.body === open.body)
        #expect(contentType(plain)?.contains("version=0.0.4") == true)
        #expect(contentType(other)?.contains("version=0.0.1") == true)
        #expect(open.body != plain.body)
        #expect(contentType(open)?.contains("version=1.0.0") == true)
        #expect(compressed.headers.contains(HTTPField("Content-Encoding", "gzip")))
        #expect(!plain.headers.contains { $0.isNamed("Content-Encoding") })
        #expect(handler(request(path: "/")).body !== handler(request(path: "/")).body)
    }

    @Test("go out whole and few to twenty scrapers at a time, while a hundred clients never read theirs")
    func scrapers() throws {
        // Twenty scrapers are read one after the other, beside all other tests: a busy machine may take its time.
        var limits = HTTPServerLimits()
        limits.responseSeconds = 600
        let server = try HTTPServer(address: "127.0.0.1:0", limits: limits, handler: handler())
        let get = "GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        // Nobody reads before all have asked: the page is too long for the buffers of those who never do.
        let stuck = try (0..<100).map { _ in try WebClient(port: server.port, receiveBufferBytes: 4096) }
        for client in stuck { client.send(get) }
        let scrapers = try (0..<20).map { _ in try WebClient(port: server.port) }
        for scraper in scrapers { scraper.send(get) }
        let pages = scrapers.map { $0.receiveAll() }
        let page = try #require(pages.first)
        #expect(page.hasPrefix("HTTP/1.1 200 "))
        #expect(page.contains("series=\"0\"} 1\n"))
        #expect(page.hasSuffix("series=\"\(Source.seriesCount - 1)\"} 1\n"))
        #expect(pages.allSatisfy { $0 == page })
        #expect(source.renderings.withLock { $0 } == 1)
        #expect(server.counters.refused.isEmpty)
        withExtendedLifetime(stuck) {}
    }
}

/// A TCP client that sends a request and may read the answer.
private final class WebClient {
    private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)

    init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        if var bytes = receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        // Longer than a working server needs, under sanitizers and on a busy machine as well.
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafeBytes(of: &address) {
            connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
        }
        try #require(code == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    /// Everything until the server ends the connection.
    func receiveAll() -> String {
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count <= 0 { return String(decoding: received, as: UTF8.self) }
            received += piece[..<count]
        }
    }
}
