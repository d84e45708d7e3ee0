import Platform
import Testing

@testable import Collectors

@Suite("When services are read first")
struct ServiceStartTests {
    private static func services(_ count: Int) -> [ServiceSettings] {
        (1...count).map {
            ServiceSettings(
                name: "s\($0)", source: .page(ServiceProfiles["vllm"]!), url: "http://127.0.0.1:\(8_000 + $0)/metrics")
        }
    }

    /// When a host's services are due, if its reader began at 1,000 s.
    private static func due(_ files: [String: String], _ services: [ServiceSettings]) throws -> [Double] {
        var host = InMemoryHostFiles()
        for (file, text) in files { host.write(text, to: .procfs("sys/kernel/" + file)) }
        let reader = try #require(ServiceReader(board: ServiceBoard(), files: host, monotonicSeconds: { 1_000 }))
        reader.apply(services)
        return reader.dueSeconds
    }

    /// Whether of the intervals' tenths none is empty and none has more than a quarter of all.
    private func isSpread(_ due: [Double], interval: Double) -> Bool {
        let tenths = due.map { Int(($0 - 1_000) / interval * 10) }
        return (0..<10).allSatisfy { tenth in
            let count = tenths.count { $0 == tenth }
            return count > 0 && count * 4 <= due.count
        } && tenths.allSatisfy { 0..<10 ~= $0 }
    }

    @Test("the services of a host are spread over their interval")
    func services() throws {
        let services = Self.services(100)
        #expect(isSpread(try Self.due(["hostname": "a\n"], services), interval: services[0].interval))
    }

    @Test(
        "hosts with one configuration are spread over it as well, by name or by what they are while they run",
        arguments: ["hostname", "random/boot_id"])
    func hosts(_ file: String) throws {
        let services = Self.services(1)
        let due = try (1...100).map { try Self.due([file: "node\($0)\n"], services)[0] }
        #expect(isSpread(due, interval: services[0].interval))
    }

    @Test("a host begins at the same place in every run, also one that does not say which it is")
    func same() throws {
        let services = Self.services(3)
        for files in [["hostname": "a\n"], [:]] {
            #expect(try Self.due(files, services) == Self.due(files, services))
        }
    }
}
