import Glibc

/// The files of this host, or of a folder that stands in for it.
///
/// Links are followed: `/sys/class` consists of them. Files that are read again and again stay open, see
/// ``KeptFiles``; they are closed with the last copy of this value.
public struct SystemHostFiles: HostFiles {
    private let sysfs: String
    private let procfs: String
    private let namesMax: Int
    private let kept: Locked<KeptFiles>

    /// - Parameters:
    ///   - sysfs: the folder that serves as `/sys`.
    ///   - procfs: the folder that serves as `/proc`.
    ///   - filesKept: the most files that are kept open.
    ///   - namesMax: the most names that a folder may have.
    public init(
        sysfs: String = "/sys", procfs: String = "/proc", filesKept: Int = 0,
        namesMax: Int = HostFileLimits.folderNames
    ) {
        self.sysfs = sysfs
        self.procfs = procfs
        self.namesMax = namesMax
        kept = Locked(KeptFiles(filesMax: filesKept))
    }

    /// A quarter of the descriptors that this process may have, so that sockets and pages have theirs.
    public static var filesKeptDefault: Int { min(HostFileLimits.filesKept, FileLimit.inForce / 4) }

    /// How many files are open now.
    public var keptCount: Int { kept.withLock { $0.count } }

    public func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        try kept.withLock { kept throws(HostFileError) -> [UInt8] in
            if let content = kept.read(path, limitBytes: limitBytes) { return content }
            let file = OpenFile(try open(path, O_RDONLY))
            let content: [UInt8]
            do throws(HostFileError) {
                content = try kept.buffer.read(file, limitBytes: limitBytes)
            } catch {
                file.close()
                throw error
            }
            if !keepsOpen || !kept.keep(file, as: path) { file.close() }
            return content
        }
    }

    public func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        let descriptor = try open(folder, O_RDONLY | O_DIRECTORY)
        guard let stream = fdopendir(descriptor) else {
            let number = errno
            close(descriptor)
            throw HostFileError(errno: number)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            // readdir says "end" and "error" by the same nil; only errno tells them apart.
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw HostFileError(errno: errno) }
                return names
            }
            guard let name = Self.name(of: entry), name != ".", name != ".." else { continue }
            if names.count == namesMax { throw .tooManyNames(limit: namesMax) }
            names.append(name)
        }
    }

    /// O_NONBLOCK keeps a pipe in a replaced root from holding the daemon; the kernel's own files ignore it.
    private func open(_ path: HostPath, _ flags: Int32) throws(HostFileError) -> Int32 {
        guard path.staysBelowRoot else { throw .outsideRoot }
        let top =
            switch path.root {
            case .sysfs: sysfs
            case .procfs: procfs
            }
        while true {
            let descriptor = Glibc.open(top + "/" + path.relative, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw HostFileError(errno: errno) }
        }
    }

    /// The name of a folder's entry; nil when it is not UTF-8.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
        return String(validatingCString: name)
    }
}
