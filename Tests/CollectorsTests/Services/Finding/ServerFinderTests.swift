import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import Collectors

/// With a real server on one of the ports that are asked, and a table of sockets that the tests write themselves.
@Suite("Servers that are taken in by themselves", .serialized)
final class ServerFinderTests {
    private let board = ServiceBoard()
    private let wakeup: Wakeup
    private let server: HTTPServer
    private let asked = Locked<[String]>([])
    private let time = Locked(1_000.0)
    private let table = SocketTable()

    init() throws {
        wakeup = try #require(Wakeup())
        let asked = asked
        server = try Self.server { path in
            asked.withLock { $0.append(path) }
            return path == "/metrics" ? .text(200, "vllm:num_requests_waiting{model_name=\"a\"} 3\n") : .text(404, "")
        }
    }

    /// On the first of the ports that are free for all.
    private static func server(_ answer: @escaping @Sendable (String) -> HTTPResponse) throws -> HTTPServer {
        for port in 8_003..<8_019 {
            if let server = try? HTTPServer(address: "127.0.0.1:\(port)", handler: { answer($0.path) }) {
                return server
            }
        }
        return try HTTPServer(address: "127.0.0.1:8019") { answer($0.path) }
    }

    private var name: String { "vllm-\(server.port)" }

    private func reader(listening ports: [UInt16]) throws -> ServiceReader {
        table.listen(ports + [22])
        let reader = ServiceReader(board: board, files: table, monotonicSeconds: { [time] in time.withLock { $0 } })
        return try #require(reader)
    }

    /// Turns until there are notes, for `seconds` at the most. A second passes with each turn.
    private func notes(_ reader: ServiceReader, seconds: Double = 10) -> [String] {
        let deadline = HostClock.monotonicSeconds() + seconds
        while HostClock.monotonicSeconds() < deadline {
            // So that it waits for nothing.
            wakeup.signal()
            let notes = reader.turn(or: wakeup)
            if !notes.isEmpty { return notes.map(\.message) }
            time.withLock { $0 += 1 }
            usleep(1_000)
        }
        return []
    }

    private var shown: [String] {
        board.families().first { $0.descriptor.name == "latencyd_service_info" }?.samples
            .compactMap { $0.labels["service"] } ?? []
    }

    @Test("a server that listens is found at once, told, and read")
    func found() throws {
        let reader = try reader(listening: [server.port])
        reader.apply([], finding: ServerFinding())
        #expect(
            notes(reader) == [
                "service \(name): found: vLLM at http://\(server.address)/metrics, which serves "
                    + "vllm:num_requests_waiting"
            ])
        #expect(shown == [name])
        #expect(notes(reader) == ["service \(name): up (http://\(server.address)/metrics)"])
        #expect(board.counts == (1, 1))
    }

    @Test("nothing is searched for unless that is asked for, and what was found goes with it")
    func off() throws {
        let reader = try reader(listening: [server.port])
        reader.apply([])
        #expect(notes(reader, seconds: 0.1) == [] && asked.withLock { $0 } == [])
        reader.apply([], finding: ServerFinding())
        _ = notes(reader)
        #expect(shown == [name])
        reader.apply([])
        #expect(shown == [])
    }

    @Test("the daemon's own port, and those that the configuration names, are not asked")
    func reserved() throws {
        let reader = try reader(listening: [server.port])
        reader.apply([], finding: ServerFinding(ownPort: Int(server.port)))
        #expect(notes(reader, seconds: 0.1) == [] && asked.withLock { $0 } == [])
        // Not read so soon: its turn is spread over the interval.
        let configured = ServiceSettings(
            name: "mine", source: .page(.vLLM), url: "http://localhost:\(server.port)/x", interval: 1e6)
        reader.apply([configured], finding: ServerFinding())
        #expect(notes(reader, seconds: 0.1) == [] && asked.withLock { $0 } == [])
        #expect(shown == ["mine"])
    }

    @Test("what the configuration begins to name is read under that name alone")
    func named() throws {
        let reader = try reader(listening: [server.port])
        reader.apply([], finding: ServerFinding())
        _ = notes(reader)
        let configured = ServiceSettings(
            name: "mine", source: .page(.vLLM), url: "http://localhost:\(server.port)/metrics", interval: 1e6)
        reader.apply([configured], finding: ServerFinding())
        #expect(shown == ["mine"])
    }

    @Test("a server whose name is taken gets another one")
    func nameTaken() throws {
        let reader = try reader(listening: [server.port])
        let configured = ServiceSettings(name: name, source: .page(.vLLM), url: "http://h.invalid/", interval: 1e6)
        reader.apply([configured], finding: ServerFinding())
        _ = notes(reader)
        #expect(shown == [name, "\(name)-auto"])
    }

    @Test("a server that stopped is dropped after three searches, a minute apart")
    func gone() throws {
        let reader = try reader(listening: [server.port])
        reader.apply([], finding: ServerFinding(interval: 1e6))
        _ = notes(reader)
        table.listen([22])
        var told: [ServiceNote] = []
        for _ in 0..<ServerFinding.absencesMax {
            #expect(shown == [name] && told.isEmpty)
            time.withLock { $0 += ServerFinding.searchSeconds }
            wakeup.signal()
            told = reader.turn(or: wakeup)
        }
        #expect(
            told.map(\.message) == [
                "service \(name): gone: nobody has listened at http://\(server.address)/metrics in 3 searches"
            ])
        #expect(shown == [])
    }

    @Test("a table of sockets that cannot be read drops nobody")
    func noTable() throws {
        var finder = ServerFinder(ServerFinding(), InMemoryHostFiles(), at: 0)
        let client = try #require(HTTPClient())
        for second in 0..<5 {
            let notes = finder.begin(client, at: Double(second) * ServerFinding.searchSeconds)
            #expect(notes.isEmpty && finder.nextSeconds == Double(second + 1) * ServerFinding.searchSeconds)
        }
    }
}

/// `/proc/net/tcp` of a host on which the tests say who listens.
private final class SocketTable: HostFiles {
    private let files = Locked(InMemoryHostFiles())

    func listen(_ ports: [UInt16]) {
        let lines = ports.map { port in
            let digits = String(port, radix: 16, uppercase: true)
            return "0: 0100007F:\(String(repeating: "0", count: 4 - digits.count))\(digits) 00000000:0000 0A 0"
        }
        files.withLock { $0.write((["head"] + lines).joined(separator: "\n") + "\n", to: .procfs("net/tcp")) }
    }

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        try files.withLock { files throws(HostFileError) in
            try files.read(path, limitBytes: limitBytes, keepsOpen: keepsOpen)
        }
    }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        try files.withLock { files throws(HostFileError) in try files.list(folder) }
    }
}
