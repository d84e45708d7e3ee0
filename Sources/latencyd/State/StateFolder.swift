internal import Glibc
internal import Platform

/// The folder of the state: its files, and the lock that keeps a second daemon out.
struct StateFolder {
    let path: String
    private let lock: FileLock

    var databasePath: String { "\(path)/state.db" }

    /// Makes the folder where it is not there, and takes it for this process.
    init(path: String) throws(StateError) {
        if let code = Folders.make(path, mode: 0o750) { throw .unusable(path: path, problem: SystemError.text(code)) }
        do {
            lock = try FileLock(path: "\(path)/latencyd.lock")
        } catch {
            switch error {
            case .held(_, let process): throw .taken(folder: path, process: process)
            case .unusable(let file, let code): throw .unusable(path: file, problem: SystemError.text(code))
            }
        }
        self.path = path
    }

    /// Which file of the file system the database is now; nil when it is not there.
    var databaseIdentity: [UInt64]? {
        var status = stat()
        guard stat(databasePath, &status) == 0 else { return nil }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// Makes the database's file where it is not there, for the daemon's user and group alone.
    func prepareDatabaseFile() throws(StateError) {
        let descriptor = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw .unusable(path: databasePath, problem: SystemError.text(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unusable(path: databasePath, problem: "it is no regular file")
        }
    }

    /// Gives the database, which must be closed, with its log another name, and returns that.
    func moveAside(unixSeconds: Double) throws(StateError) -> String {
        let base = "\(databasePath).damaged-\(FileTime.text(unixSeconds: unixSeconds))"
        var aside = base
        var number = 1
        while access(aside, F_OK) == 0 {
            number += 1
            aside = "\(base)-\(number)"
        }
        guard rename(databasePath, aside) == 0 else {
            throw .unusable(
                path: databasePath, problem: "it is damaged and cannot be renamed: \(SystemError.text(errno))")
        }
        // The log belongs to the file; without it the new database would be read with the old one's log.
        if rename("\(databasePath)-wal", "\(aside)-wal") != 0, errno != ENOENT { unlink("\(databasePath)-wal") }
        unlink("\(databasePath)-shm")
        removeDamaged(but: aside)
        return aside
    }

    /// Keeps the latest ones, and `newest` in any case.
    private func removeDamaged(but newest: String) {
        let prefix = "state.db.damaged-"
        let beside = ["-wal", "-shm"]
        let found = names().filter { name in name.hasPrefix(prefix) && !beside.contains { name.hasSuffix($0) } }
        let others = found.filter { "\(path)/\($0)" != newest }
        for name in others.sorted().dropLast(StateLimits.damagedKept - 1) {
            for end in [""] + beside { unlink("\(path)/\(name)\(end)") }
        }
    }

    private func names() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}

/// A moment as part of a file's name: `2026-01-12T09-14-20Z`.
enum FileTime {
    static func text(unixSeconds: Double) -> String {
        // Far beyond what a clock shows the calendar's arithmetic would overflow.
        var seconds = time_t(min(max(unixSeconds.isNaN ? 0 : unixSeconds, 0), 2e11))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(day)T\(two(parts.tm_hour))-\(two(parts.tm_min))-\(two(parts.tm_sec))Z"
    }
}
