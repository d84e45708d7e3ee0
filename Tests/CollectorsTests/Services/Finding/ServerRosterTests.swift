import Testing

@testable import Collectors

@Suite("The list of servers that were found")
struct ServerRosterTests {
    private var roster = ServerRoster()

    private static func server(_ profile: String = "vllm", _ port: Int = 8_000, api: String? = nil) -> FoundServer {
        FoundServer(profile: profile, name: profile, url: "u\(port)", port: port, evidence: "e", apiURL: api)
    }

    @Test("a server comes once, however often it is found")
    mutating func comes() {
        var changes = roster.take([Self.server()], absent: [])
        #expect(changes == [.came(Self.server())])
        changes = roster.take([Self.server()], absent: [])
        #expect(changes == [] && roster.servers == [Self.server()])
    }

    @Test("it goes after three searches in a row in which nobody listened, and may come again")
    mutating func goes() {
        _ = roster.take([Self.server()], absent: [])
        for _ in 1..<ServerFinding.absencesMax { _ = roster.take([], absent: [8_000]) }
        #expect(roster.servers == [Self.server()])
        // It is there again: the count begins anew.
        _ = roster.take([Self.server()], absent: [])
        for _ in 1..<ServerFinding.absencesMax { _ = roster.take([], absent: [8_000]) }
        #expect(roster.servers == [Self.server()])
        var changes = roster.take([], absent: [8_000])
        #expect(changes == [.went(Self.server(), .absent)] && roster.servers.isEmpty)
        changes = roster.take([Self.server()], absent: [])
        #expect(changes == [.came(Self.server())])
    }

    @Test("one that listens and does not answer stays")
    mutating func silent() {
        _ = roster.take([Self.server()], absent: [])
        for _ in 0..<10 { _ = roster.take([], absent: [8_001]) }
        #expect(roster.servers == [Self.server()])
    }

    @Test("another server on the same port takes its place")
    mutating func replaced() {
        _ = roster.take([Self.server()], absent: [])
        let changes = roster.take([Self.server("sglang")], absent: [])
        #expect(changes == [.went(Self.server(), .replaced), .came(Self.server("sglang"))])
        #expect(roster.servers == [Self.server("sglang")])
    }

    @Test("its API may be there later, and is kept when it is not seen")
    mutating func api() {
        _ = roster.take([Self.server()], absent: [])
        let changes = roster.take([Self.server(api: "a")], absent: [])
        #expect(changes == [] && roster.servers.first?.apiURL == "a")
        _ = roster.take([Self.server()], absent: [])
        #expect(roster.servers.first?.apiURL == "a")
    }

    @Test("servers that the configuration names are forgotten")
    mutating func forgotten() {
        _ = roster.take([Self.server(), Self.server("tgi", 3_000)], absent: [])
        roster.forget([3_000])
        #expect(roster.servers == [Self.server()])
    }
}
