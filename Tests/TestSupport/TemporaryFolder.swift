import Glibc

/// A folder for one test, removed with all that is in it.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() {
        var template = Array("/tmp/latencyd-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary folder: error number \(errno)") }
        path = String(cString: made)
    }

    deinit { Self.removeAll(path) }

    /// The path of the new file.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) -> String {
        let file = "\(path)/\(name)"
        guard let stream = fopen(file, "w"), fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
            fatalError("cannot write \(file)")
        }
        fclose(stream)
        return file
    }

    /// Makes a folder inside this one.
    public func makeFolder(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

    /// Makes the symbolic link `name` to `target`.
    public func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

    /// A link is removed, not followed.
    private static func removeAll(_ path: String) {
        guard remove(path) != 0, let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { removeAll(path + "/" + name) }
        }
        closedir(folder)
        remove(path)
    }
}
