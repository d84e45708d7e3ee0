internal import Glibc

/// Asks the file system what this user may do.
enum FolderAccess {
    /// Whether files can be made in the folder `path`, or the folder itself, with those above it, can be made.
    static func isUsable(_ path: String) -> Bool {
        var folder = PathScalar.normalised(path)
        while true {
            if access(folder, F_OK) == 0 { return isFolder(folder) && access(folder, W_OK | X_OK) == 0 }
            guard errno == ENOENT, folder != "/", let slash = folder.lastIndex(of: "/") else { return false }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    /// Whether `path` is a folder, or a link to one.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
