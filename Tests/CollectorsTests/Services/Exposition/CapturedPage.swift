import Collectors
import FoundationEssentials
import TestSupport
import Testing
import Telemetry

/// A page that a real server sent, in `Captures/Servers`.
struct CapturedPage: Sendable, CustomTestStringConvertible {
    static let folder = "Tests/CollectorsTests/Captures"

    let name: String
    let format: PageFormat

    var bytes: [UInt8] { Repository.bytes(path) }
    var testDescription: String { name }
    private var path: String { "\(Self.folder)/Servers/\(name)" }

    static let all: [CapturedPage] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Repository.path("\(folder)/Servers"))
        return (names ?? []).sorted().compactMap { CapturedPage(name: $0) }
    }()

    private init?(name: String) {
        let formats: [String: PageFormat] = [".prom": .text, ".openmetrics": .openMetrics, ".pb": .protobuf]
        guard let format = formats.first(where: { name.hasSuffix($0.key) })?.value else { return nil }
        self.name = name
        self.format = format
    }

    /// What another program made of the page.
    struct Parsed: Decodable {
        struct Sample: Decodable {
            let name: String
            let labels: [String: String]
            let value: String

            init(from decoder: any Decoder) throws {
                var parts = try decoder.unkeyedContainer()
                name = try parts.decode(String.self)
                labels = try parts.decode([String: String].self)
                value = try parts.decode(String.self)
            }
        }

        let kinds: [String: String]
        let samples: [Sample]
    }

    /// Nil where `Captures/parse.py` has not run since the page was captured.
    func parsed() throws -> Parsed? {
        let path = "\(Self.folder)/Parsed/\(name).json"
        guard FileManager.default.fileExists(atPath: Repository.path(path)) else { return nil }
        return try JSONDecoder().decode(Parsed.self, from: Data(Repository.bytes(path)))
    }
}
