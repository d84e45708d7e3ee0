import Glibc

/// Files of the repository, for tests that compare the manual with the code.
public enum Repository {
    public static func path(_ name: String) -> String {
        // Tests/TestSupport/Repository.swift
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/" + name
    }

    public static func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    /// Read by hand, for FoundationEssentials' `Data` leaks a page for each empty file, which the address sanitizer
    /// takes for a leak of ours.
    public static func bytes(_ name: String) -> [UInt8] {
        guard let stream = fopen(path(name), "r") else { fatalError("there is no \(name)") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }
}
