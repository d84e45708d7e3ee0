import Glibc

/// Acting as the user whom a folder belongs to.
public enum FolderOwner {
    /// Where root does what belongs to the user and the group of the folder `path`, lets the whole process go on as
    /// these: what it makes there would else be closed to them. Does nothing for others, and where there is no such
    /// folder. To be called before other threads begin.
    ///
    /// - Returns: the operating system's error number; nil when all is well.
    public static func become(ownerOf path: String) -> Int32? {
        var status = stat()
        guard geteuid() == 0, stat(path, &status) == 0, status.st_uid != 0 else { return nil }
        // In this order: a plain user may change neither groups nor group.
        guard setgroups(0, nil) == 0, setgid(status.st_gid) == 0, setuid(status.st_uid) == 0 else { return errno }
        return nil
    }
}
