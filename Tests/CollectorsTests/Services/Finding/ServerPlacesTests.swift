import Platform
import Testing

@testable import Collectors

@Suite("Where model servers are looked for")
struct ServerPlacesTests {
    @Test("where every profile says that its metrics are, its own path first", arguments: ServiceProfiles.all.map(\.id))
    func profiles(_ id: String) throws {
        let profile = try #require(ServiceProfiles[id])
        for port in profile.ports { #expect(ServerPlaces.paths(on: port).contains(profile.path)) }
        let alone = profile.ports.filter { port in ServiceProfiles.all.count { $0.ports.contains(port) } == 1 }
        for port in alone { #expect(ServerPlaces.paths(on: port).first == profile.path) }
    }

    @Test("a path is asked for once, and on a port that is free for all each one there is")
    func paths() {
        for port in 1...65_535 {
            let paths = ServerPlaces.paths(on: port)
            #expect(Set(paths).count == paths.count)
        }
        #expect(Set(ServerPlaces.paths(on: 8_003)) == Set(ServiceProfiles.all.map(\.path)))
        #expect(ServerPlaces.paths(on: 8_501) == ["/monitoring/prometheus/metrics"])
        for port in [22, 9_090, 9_959] { #expect(ServerPlaces.paths(on: port).isEmpty) }
    }

    @Test("only ports on which somebody listens are asked, none that is reserved, and no more than there may be")
    func candidates() {
        let listening = [22, 8_000, 8_001, 8_002].map { ListeningPorts.Place(port: $0, host: "127.0.0.1") }
        #expect(ServerPlaces.candidates(listening, besides: [8_001]).map(\.place.port) == [8_000, 8_002])
        let all = (1...65_535).map { ListeningPorts.Place(port: $0, host: "127.0.0.1") }
        #expect(ServerPlaces.candidates(all).count <= ServerPlaces.candidatesMax)
        #expect(ServerPlaces.candidates(all).count == all.count { !ServerPlaces.paths(on: $0.port).isEmpty })
    }

    @Test("listening sockets of a table are found in its first part")
    func ports() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        let listener = "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 1\n"
        let connection = "   1: 0100007F:1F41 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0 0 1\n"
        let connections = String(repeating: connection, count: 2 * ListeningPorts.tableBytesMax / connection.utf8.count)
        #expect(
            ListeningPorts.all(hostFiles(["proc/net/tcp": head + listener + connections])).map(\.port) == [8_000])
    }
}

@Suite("A model server that was found")
struct FoundServerTests {
    private static let server = FoundServer(
        profile: "vllm", name: "vLLM", url: "http://127.0.0.1:8000/metrics", port: 8000, evidence: "vllm:x")

    @Test(
        "is configured when a service names its port on this host",
        arguments: [
            ("http://127.0.0.1:8000/metrics", true), ("http://localhost:8000", true), ("http://[::1]:8000/x", true),
            ("https://localhost:8000/", true), ("http://127.0.0.1:8000?a=b", true), ("http://127.8.9.1:8000/", true),
            ("http://127.0.0.1:8001/metrics", false), ("http://gpu-2:8000/", false), ("http://[::2]:8000/", false),
            ("http://127.example.com:8000/", false), ("http://localhost/", false), ("http://[::1", false),
            ("http://[::1]", false), ("", false), ("8000", false), ("http://", false), ("http://localhost:", false),
        ])
    func configured(url: String, isIt: Bool) {
        #expect(Self.server.isMeant(by: url) == isIt)
    }

    @Test("a URL without a port has its scheme's")
    func ports() {
        #expect(LoopbackURL.port(of: "http://localhost/x") == 80)
        #expect(LoopbackURL.port(of: "https://[::1]") == 443)
    }

    @Test("its entry in a configuration names its API, where it has one")
    func line() {
        var server = Self.server
        #expect(
            server.configurationLine
                == "  - {name: vllm-8000, profile: vllm, url: \"http://127.0.0.1:8000/metrics\"}")
        server.apiURL = "http://127.0.0.1:1"
        #expect(server.configurationLine.hasSuffix("/metrics\", api_url: \"http://127.0.0.1:1\"}"))
    }
}
