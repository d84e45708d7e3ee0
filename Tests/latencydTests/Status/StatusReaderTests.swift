import ArgumentParser
import Platform
import Testing

@testable import latencyd

@Suite("Asking a daemon for its status")
struct StatusReaderTests {
    private static let page = "latencyd_build_info{version=\"1\"} 1\nlatencyd_series 3\n"
    private static let alerts = """
        {"status":"success","data":{"alerts":[{"labels":{"alertname":"A"},"annotations":{},"state":"firing",
        "activeAt":"t","value":"1"}]}}
        """

    private func answer(
        metrics: HTTPResponse, alerts: HTTPResponse = .text(200, alerts)
    ) throws -> Result<DaemonStatus, StatusReader.Failure> {
        let server = try HTTPServer(address: "127.0.0.1:0") { $0.path == "/metrics" ? metrics : alerts }
        defer { server.stop() }
        return read(server.address)
    }

    private func read(_ address: String) -> Result<DaemonStatus, StatusReader.Failure> {
        do throws(StatusReader.Failure) {
            return .success(try StatusReader(address: address).read())
        } catch {
            return .failure(error)
        }
    }

    private func failure(_ result: Result<DaemonStatus, StatusReader.Failure>) throws -> StatusReader.Failure {
        guard case .failure(let failure) = result else {
            Issue.record("it was taken for a daemon")
            throw CancellationError()
        }
        return failure
    }

    @Test("what its pages say is taken, however much else stands on them")
    func taken() throws {
        let others = (0..<100_000).map { "other{i=\"\($0)\"} 1\n" }.joined()
        let status = try answer(metrics: .text(200, others + Self.page)).get()
        #expect(status.version == "1" && status.series == 3)
        #expect(status.alerts?.map(\.labels) == [["alertname": "A"]])
    }

    @Test("a list of alerts that is none leaves the rest")
    func noAlerts() throws {
        #expect(try answer(metrics: .text(200, Self.page), alerts: .text(404, "")).get().alerts == nil)
        #expect(try answer(metrics: .text(200, Self.page), alerts: .text(200, "[]")).get().alerts == nil)
    }

    @Test("another program on that port is told from a daemon")
    func stranger() throws {
        for body in ["", "node_load1 1\n", String(repeating: "<br>no metrics here\n", count: 5_000)] {
            let failure = try failure(answer(metrics: .text(200, body)))
            #expect(failure.description.hasSuffix("another program listens there"))
        }
        let failure = try failure(answer(metrics: .text(404, "")))
        #expect(failure.description.hasSuffix("answers with status 404: is that latencyd?"))
    }

    @Test("where nobody listens it is said what to do")
    func nobody() throws {
        let server = try HTTPServer(address: "127.0.0.1:0") { _ in .text(200, "") }
        let address = server.address
        server.stop()
        let failure = try failure(read(address))
        #expect(failure.description.contains("start it with 'latencyd run', or name its address"))
    }
}

@Suite("The address of the daemon for latencyd status")
struct StatusPlaceTests {
    private func options(_ arguments: String...) throws -> StatusOptions { try StatusOptions.parse(arguments) }

    @Test(
        "is the flag's, and this host's own where the daemon listens everywhere",
        arguments: [
            ("127.0.0.1:1", "127.0.0.1:1", true), ("0.0.0.0:1", "127.0.0.1:1", true), (":1", "127.0.0.1:1", true),
            ("[::]:1", "127.0.0.1:1", true), ("[::1]:1", "[::1]:1", true), ("10.0.0.1:1", "10.0.0.1:1", false),
        ])
    func flag(written: String, address: String, isHere: Bool) throws {
        let place = try options("--web.listen-address", written).place(exists: { _ in false })
        #expect(place == StatusOptions.Place(address: address, isHere: isHere))
    }

    @Test("is the default one without a file; a file that is named must be there")
    func file() throws {
        #expect(try options().place(exists: { _ in false }).address == "127.0.0.1:9959")
        #expect(throws: ConfigurationProblems.self) {
            try options("--config.file", "/nowhere/latencyd.yml").place(exists: { _ in false })
        }
    }
}
