import FoundationEssentials
import Testing

/// A page as it is meant to be, in `Golden/`. With `UPDATE_GOLDEN=1` in the environment the files are written
/// anew, to be read through before they are committed.
enum GoldenFile {
    static func expect(
        _ page: [UInt8], toEqual name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(folder)/Golden/\(name)"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(page).write(to: URL(filePath: path))
        }
        let expected = try [UInt8](Data(contentsOf: URL(filePath: path)))
        if page == expected { return }
        // Name the first line that differs rather than print two pages.
        let lines = page.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let expectedLines = expected.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let differing = zip(lines, expectedLines).enumerated().first { $0.element.0 != $0.element.1 }
        let index = differing?.offset ?? min(lines.count, expectedLines.count)
        let ours = index < lines.count ? String(decoding: lines[index], as: UTF8.self) : "(end)"
        let theirs = index < expectedLines.count ? String(decoding: expectedLines[index], as: UTF8.self) : "(end)"
        Issue.record(
            "\(name) line \(index + 1): expected '\(theirs)', written '\(ours)'", sourceLocation: sourceLocation)
    }
}
