import Glibc

/// A folder for one test, removed with all that is in it.
final class TemporaryFolder {
    let path: String

    init() {
        var template = [CChar]("/tmp/latencyd-host-files-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary folder: error number \(errno)") }
        path = String(cString: made)
    }

    deinit { Self.removeAll(path) }

    func makeFolder(_ name: String) {
        mkdir(path + "/" + name, 0o755)
    }

    func write(_ content: [UInt8], to name: String) {
        guard let file = fopen(path + "/" + name, "w") else { fatalError("cannot write \(name)") }
        fwrite(content, 1, content.count, file)
        fclose(file)
    }

    func link(_ name: String, to target: String) {
        symlink(target, path + "/" + name)
    }

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
