import Platform
import Testing

@testable import Collectors

@Suite("Asking ports for model servers")
struct ServerProbesTests {
    private let client: HTTPClient

    init() throws { client = try #require(HTTPClient()) }

    private static let page = "vllm:num_requests_waiting{model_name=\"a\"} 1\n"

    private func server(_ answer: @escaping @Sendable (String) -> HTTPResponse) throws -> HTTPServer {
        try HTTPServer(address: "127.0.0.1:0") { answer($0.path) }
    }

    /// Asks each port for the paths, and returns what came of it.
    private func search(
        _ ports: [UInt16], paths: [String] = ["/metrics"], listening: [Int] = []
    ) -> ServerProbes.Outcome {
        let places = ports.map { ListeningPorts.Place(port: Int($0), host: "127.0.0.1") }
        var probes = ServerProbes()
        probes.begin(
            places.map { ServerPlaces.Candidate(place: $0, paths: paths) },
            listening: places + listening.map { ListeningPorts.Place(port: $0, host: "127.0.0.1") }, client)
        while probes.isInProgress {
            for ended in client.wait(seconds: 1) {
                let isTaken = probes.take(ended, client)
                #expect(isTaken)
            }
        }
        return probes.result
    }

    @Test("a server is found by its page, at the first path that has one, and asked for no other then")
    func paths() throws {
        let asked = Locked<[String]>([])
        let server = try server { path in
            asked.withLock { $0.append(path) }
            return path == "/b" ? .text(200, Self.page) : .text(404, Self.page)
        }
        let outcome = search([server.port], paths: ["/a", "/b", "/c"])
        #expect(
            outcome.found == [
                FoundServer(
                    profile: "vllm", name: "vLLM", url: "http://\(server.address)/b", port: Int(server.port),
                    evidence: "vllm:num_requests_waiting")
            ])
        #expect(asked.withLock { $0 } == ["/a", "/b"])
    }

    @Test("a page of something else is none, and neither is an empty one")
    func stranger() throws {
        let server = try server { .text(200, $0 == "/a" ? "node_load1 1" : "") }
        #expect(search([server.port], paths: ["/a", "/b"]) == ServerProbes.Outcome())
    }

    @Test("a port on which nobody listens any more is told")
    func refused() throws {
        let server = try server { _ in .text(200, Self.page) }
        let port = server.port
        server.stop()
        #expect(search([port]).refused == [Int(port)])
    }

    @Test("a page that never ends is recognised by its beginning, and no more of it is read")
    func endless() throws {
        let filler = String(repeating: "process_x 1\n", count: 300_000)
        let server = try server { _ in .text(200, Self.page + filler) }
        #expect(search([server.port]).found.count == 1)
        let late = try self.server { _ in .text(200, filler + Self.page) }
        #expect(search([late.port]) == ServerProbes.Outcome())
    }
}

@Suite("The API of a model server that was found")
struct FoundAPITests {
    private static func outcome(_ server: String, _ port: Int, listening: [Int], other: Int? = nil) -> String? {
        var outcome = ServerProbes.Outcome()
        let all = [(server, port)] + (other.map { [("vllm", $0)] } ?? [])
        outcome.found = all.map { profile, port in
            FoundServer(profile: profile, name: profile, url: "u", port: port, evidence: "e")
        }
        let places = listening.map { ListeningPorts.Place(port: $0, host: "127.0.0.1") }
        return outcome.completed(places).found.first { $0.port == port }?.apiURL
    }

    @Test("is where it is by default, if somebody listens there who is no other server")
    func api() {
        #expect(Self.outcome("triton", 8_002, listening: [8_000, 8_002]) == "http://127.0.0.1:8000")
        #expect(Self.outcome("torchserve", 8_082, listening: [8_080, 8_081, 8_082]) == "http://127.0.0.1:8081")
        #expect(Self.outcome("triton", 8_002, listening: [8_002]) == nil)
        #expect(Self.outcome("triton", 8_002, listening: [8_000, 8_002], other: 8_000) == nil)
        // The second one on its host: whose API is on port 8000 is not known.
        #expect(Self.outcome("triton", 8_012, listening: [8_000, 8_012]) == nil)
        #expect(Self.outcome("vllm", 8_000, listening: [8_000, 8_001]) == nil)
    }
}
