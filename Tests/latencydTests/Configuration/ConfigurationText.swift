import Glibc
import Testing

@testable import latencyd

/// The collectors that the tests' configurations may name.
let collectorIds = ["thermal", "cpu_frequency", "pressure"]

func decode(_ text: String, file: String = "f.yml") throws(ConfigurationProblems) -> LoadedConfiguration {
    try Configuration.decode(text: text, fileName: file, knownCollectors: collectorIds)
}

/// The lines that `text` is refused with; none when it is taken.
func errorLines(_ text: String, file: String = "f.yml") -> [String] {
    do {
        _ = try decode(text, file: file)
        return []
    } catch {
        return error.lines
    }
}

/// Files of the repository.
enum Repository {
    static func path(_ name: String) -> String {
        // Tests/latencydTests/Configuration/ConfigurationText.swift
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/" + name
    }

    static func text(_ name: String) throws -> String {
        String(decoding: try ConfigurationFile.read(path(name), limitBytes: 1 << 20), as: UTF8.self)
    }
}

/// A folder that is removed after the test.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/latencyd-test-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    /// The path of the new file.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let stream = try #require(fopen(file, "w"))
        #expect(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
        fclose(stream)
        return file
    }

    deinit {
        remove("\(path)/latencyd.yml")
        rmdir(path)
    }
}
