import FoundationEssentials
import Telemetry
import TestSupport
import Testing

@testable import Collectors

/// Packets that real clients sent, PyPI `datadog` 0.56 and `statsd`, captured at the socket.
@Suite("Packets of real clients")
struct CapturedPacketsTests {
    struct Packet: Decodable {
        let transport: String
        let payload: String
    }

    private func packets() throws -> [Packet] {
        let name = "Tests/CollectorsTests/Captures/dogstatsd_packets.json"
        return try JSONDecoder().decode([Packet].self, from: Data(Repository.text(name).utf8))
    }

    @Test("Everything that they send is taken, but counters that fall and what is dropped on purpose")
    func taken() throws {
        let packets = try packets()
        #expect(packets.count > 50)
        var push = PushFixture()
        for packet in packets { push.push(packet.payload) }
        let falling = packets.reduce(0) { $0 + UInt64($1.payload.split(separator: "\n").count { $0 == "reqs:-1|c" }) }
        #expect(falling > 0)
        #expect(push.malformed == [.negative: falling])
        #expect(push.dropped.keys.sorted { $0.rawValue < $1.rawValue } == [.clientTelemetry])
        #expect(push.ingestor.counters.events > 0 && push.ingestor.counters.serviceChecks > 0)
        #expect(push.families["ttft"]?.samples.map(\.labels) == [["model": "a"]])
        #expect(push.number("reqs", ["model": "a", "_n_": "ø"]) != nil)
    }
}
