import Collectors
import Glibc
import Platform
import Telemetry
import Testing

/// What each fixture tree gives, compared with its `golden.txt`. `UPDATE_GOLDEN=1` writes these files anew.
@Suite("What a host gives")
struct CollectorGoldenTests {
    private struct CannotWrite: Error {
        let path: String
    }

    @Test("is what its golden file says", arguments: FixtureTree.all)
    func golden(of tree: FixtureTree) throws {
        let files = try tree.files()
        let host = CollectorHost(files: files, watched: Watched.everything(in: files))
        var runner = CollectorRunner(host: host, at: .zero, clock: { .zero })
        let notes = runner.runDue(at: .zero)
        let dump = Self.dump(runner.families(), notes)
        if getenv("UPDATE_GOLDEN") != nil { try write(dump, to: tree.goldenPath) }
        let expected = try tree.text("golden.txt")
        #expect(expected?.split(separator: "\n") == dump.split(separator: "\n"))
    }

    /// One line per sample in the order of exposition, then the log.
    private static func dump(_ families: [MetricFamily], _ notes: [CollectorNote]) -> String {
        var lines: [String] = []
        for family in families {
            lines.append("# \(family.descriptor.kind) \(family.descriptor.name)")
            for sample in family.samples {
                guard case .number(let value) = sample.value else { continue }
                let labels = sample.labels.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
                lines.append("\(family.descriptor.sampleName){\(labels)} \(value)")
            }
        }
        lines.append("# log")
        lines += notes.map { "\($0.level): \($0.message)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw CannotWrite(path: path) }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw CannotWrite(path: path) }
    }
}
