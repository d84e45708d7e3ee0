internal import Glibc

/// What tells whether a file has changed, without reading it.
struct FileSignature: Hashable, Sendable {
    private var device: UInt = 0
    private var inode: UInt = 0
    private var bytes = 0
    private var modifiedNanoseconds: Int64 = 0
    /// Moves with the owner and the permissions as well.
    private var changedNanoseconds: Int64 = 0
    /// 0 where there is such a file.
    private var code: Int32 = 0

    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            code = errno
            return
        }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        bytes = Int(status.st_size)
        modifiedNanoseconds = Self.nanoseconds(status.st_mtim)
        changedNanoseconds = Self.nanoseconds(status.st_ctim)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
