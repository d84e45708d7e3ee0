import Glibc

/// Folders of the daemon's own.
public enum Folders {
    /// Makes `path` and the folders above it, as `mkdir -p` does. Nil when it is there, otherwise the error number.
    ///
    /// - Parameter mode: of `path` itself where it is made; those above it get 0755.
    public static func make(_ path: String, mode: UInt32 = 0o755) -> Int32? {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR ? nil : ENOTDIR }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex, let code = make(String(path[..<slash])) {
            return code
        }
        if mkdir(path, mode) == 0 || errno == EEXIST { return nil }
        return errno
    }
}
