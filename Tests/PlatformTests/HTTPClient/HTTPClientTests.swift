import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("The HTTP client")
struct HTTPClientTests {
    private let client: HTTPClient

    init() throws { client = try #require(HTTPClient()) }

    private func server(_ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) throws -> HTTPServer {
        try HTTPServer(address: "127.0.0.1:0", handler: answer)
    }

    private func fetch(_ url: String, bodyBytesMax: Int = 1_000, seconds: Double = 20) -> Result<
        HTTPPage, HTTPFetchError
    > {
        client.fetch([HTTPFetch(url: url, bodyBytesMax: bodyBytesMax, connectSeconds: seconds, totalSeconds: seconds)])[
            0]
    }

    @Test("gets a page with its status, type and body")
    func page() throws {
        let server = try server { request in
            HTTPResponse(
                status: request.path == "/none" ? 404 : 200, headers: [HTTPField("Content-Type", "text/x")],
                body: Array("\(request.method) \(request.path) \(request.header("x-key") ?? "")".utf8))
        }
        let pages = client.fetch([
            HTTPFetch(url: "http://\(server.address)/a", headers: ["X-Key: 1"]),
            HTTPFetch(url: "http://\(server.address)/none"),
        ])
        let first = try pages[0].get()
        #expect(first.status == 200)
        #expect(first.contentType == "text/x")
        #expect(String(decoding: first.body, as: UTF8.self) == "GET /a 1")
        #expect(first.seconds > 0)
        #expect(try pages[1].get().status == 404)
    }

    @Test("gets many pages at once, and answers in the order of asking")
    func many() throws {
        let server = try server { HTTPResponse.text(200, $0.path) }
        let count = HTTPClient.transfersMaxDefault + 10
        let pages = client.fetch((0..<count).map { HTTPFetch(url: "http://\(server.address)/\($0)") })
        let bodies = try pages.map { String(decoding: try $0.get().body, as: UTF8.self) }
        #expect(bodies == (0..<count).map { "/\($0)\n" })
    }

    @Test("does not follow a redirect")
    func redirect() throws {
        let server = try server { request in
            request.path == "/"
                ? HTTPResponse(status: 302, headers: [HTTPField("Location", "/elsewhere")]) : .text(200, "elsewhere")
        }
        #expect(try fetch("http://\(server.address)/").get().status == 302)
    }

    @Test("takes a body up to the limit, and none beyond it")
    func limit() throws {
        let server = try server { _ in HTTPResponse(body: [UInt8](repeating: 1, count: 1_000)) }
        #expect(try fetch("http://\(server.address)/").get().body.count == 1_000)
        #expect(fetch("http://\(server.address)/", bodyBytesMax: 999) == .failure(.tooLong(limitBytes: 999)))
    }

    @Test("a small packed body that is a huge one counts as huge")
    func bomb() throws {
        let packed = Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
        let server = try server { _ in
            HTTPResponse(headers: [HTTPField("Content-Encoding", "gzip")], body: packed)
        }
        #expect(packed.count < 100_000)
        #expect(fetch("http://\(server.address)/", bodyBytesMax: 100_000) == .failure(.tooLong(limitBytes: 100_000)))
        #expect(try fetch("http://\(server.address)/", bodyBytesMax: 20_000_000).get().body.count == 10_000_000)
    }

    private func packed(_ body: [UInt8], encoding: String = "gzip") throws -> Result<HTTPPage, HTTPFetchError> {
        let server = try server { request in
            guard request.header("accept-encoding") == "gzip" else { return .text(406, "gzip was not asked for") }
            return HTTPResponse(headers: [HTTPField("Content-Encoding", encoding)], body: body)
        }
        return fetch("http://\(server.address)/", bodyBytesMax: 1_000_000)
    }

    @Test("a packed body counts when its end was seen, and not when it was cut short anywhere")
    func packedCut() throws {
        let text = Array((0..<2_000).map { "a_total \($0 * 7_919)\n" }.joined().utf8)
        let whole = Gzip.compress(text)
        #expect(try packed(whole).get().body == text)
        #expect(try packed(whole, encoding: "X-GZIP").get().body == text)
        for missing in [1, 8, 20, whole.count / 2, whole.count - 1, whole.count] {
            let result = try packed(Array(whole.dropLast(missing)))
            #expect(result == .failure(.notUnpacked("the packed (gzip) answer was cut short")), "\(missing) missing")
        }
    }

    @Test("a packed body may have several members")
    func packedMembers() throws {
        let body = Gzip.compress(Array("a 1\n".utf8)) + Gzip.compress([]) + Gzip.compress(Array("b 2\n".utf8))
        #expect(try String(decoding: packed(body).get().body, as: UTF8.self) == "a 1\nb 2\n")
        #expect(throws: HTTPFetchError.self) { try packed(Array(body.dropLast())).get() }
    }

    @Test(
        "a body that is not packed as its head says is refused, in words that name gzip",
        arguments: [
            (Gzip.compress([1, 2, 3]) + [1, 2, 3], "gzip"), (Array("a 1\n".utf8), "gzip"), ([1, 2, 3], "br"),
            (Gzip.compress(Gzip.compress([1])), "gzip, gzip"),
        ])
    func notPacked(_ body: [UInt8], _ encoding: String) throws {
        let result = try packed(body, encoding: encoding)
        guard case .failure(.notUnpacked(let words)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(words.contains("gzip"))
    }

    @Test("members without content are not taken without end")
    func emptyMembers() throws {
        let member = Gzip.compress([])
        let body = Array(repeating: member, count: 1_000_000 / member.count + 1).flatMap(\.self)
        #expect(try packed(body) == .failure(.tooLong(limitBytes: 1_000_000)))
    }

    @Test("a page without a body may be said to be packed where there is nothing to see")
    func emptyPacked() throws {
        let server = try server { _ in HTTPResponse(status: 404, headers: [HTTPField("Content-Encoding", "gzip")]) }
        #expect(try fetch("http://\(server.address)/").get().status == 404)
    }

    @Test(
        "takes nothing but http and https",
        arguments: [
            "", "x", "localhost:80/metrics", "ftp://localhost/", "file:///etc/passwd", "http://", "http://a b/",
        ])
    func badURL(_ url: String) {
        #expect(fetch(url) == .failure(.badURL))
    }

    @Test("says that nobody listens")
    func notConnected() throws {
        let socket = try ListenSocket("127.0.0.1:0")
        close(socket.descriptor)
        #expect(fetch("http://\(socket.name)/") == .failure(.notConnected))
    }

    @Test("gives up on servers that do not answer, all at the same time")
    func timeOut() throws {
        let socket = try ListenSocket("127.0.0.1:0")
        defer { close(socket.descriptor) }
        let begin = HostClock.monotonicSeconds()
        let results = client.fetch(
            (0..<20).map { HTTPFetch(url: "http://\(socket.name)/\($0)", connectSeconds: 0.3, totalSeconds: 0.3) })
        #expect(results.allSatisfy { $0 == .failure(.timedOut) })
        // One after the other they would take six.
        #expect(HostClock.monotonicSeconds() - begin < 3)
    }

    @Test("says that what came is no HTTP", arguments: ["SSH-2.0-OpenSSH_9\r\n\r\n", ""])
    func malformed(_ greeting: String) throws {
        let socket = try ListenSocket("127.0.0.1:0")
        let thread = try DaemonThread(name: "greeter") {
            var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, 20_000)
            let connection = accept(socket.descriptor, nil, nil)
            var request = [UInt8](repeating: 0, count: 4_096)
            _ = read(connection, &request, request.count)
            _ = greeting.withCString { write(connection, $0, strlen($0)) }
            close(connection)
            close(socket.descriptor)
        }
        #expect(fetch("http://\(socket.name)/") == .failure(.malformed))
        thread.join()
    }

    @Test("a file of authorities that cannot be used is named", arguments: ["none", "empty", "junk"])
    func authorities(_ name: String) throws {
        let folder = TemporaryFolder()
        folder.write([], to: "empty")
        folder.write(Array("junk\n".utf8), to: "junk")
        let file = "\(folder.path)/\(name)"
        let socket = try ListenSocket("127.0.0.1:0")
        defer { close(socket.descriptor) }
        let fetch = HTTPFetch(url: "https://\(socket.name)/", security: HTTPSecurity(authoritiesFile: file))
        guard case .failure(.notSecure(.authoritiesFile, let words)) = client.fetch([fetch])[0] else {
            Issue.record("another error, or none")
            return
        }
        #expect(words.contains(file), "\(words)")
    }

    @Test("a port without TLS is told from one whose certificate is not trusted")
    func plainPort() throws {
        let server = try server { _ in .text(200, "x") }
        guard case .failure(.notSecure(.handshake, _)) = fetch("https://\(server.address)/") else {
            Issue.record("another error, or none")
            return
        }
    }

    @Test("every error says in words what is wrong")
    func words() {
        let errors: [HTTPFetchError] = [
            .badURL, .notResolved, .notConnected, .timedOut, .tooLong(limitBytes: 7), .malformed,
            .notSecure(.handshake, "x"),
            .notUnpacked("z"), .other("y"),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
