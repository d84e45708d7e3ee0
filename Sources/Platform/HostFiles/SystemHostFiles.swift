import Glibc

/// The files of this host, or of a folder that stands in for it.
///
/// Links are followed: `/sys/class` consists of them. Every call opens, reads and closes; nothing is kept open.
public struct SystemHostFiles: HostFiles {
    private let sysfs: String
    private let procfs: String
    private let namesMax: Int

    /// - Parameters:
    ///   - sysfs: the folder that serves as `/sys`.
    ///   - procfs: the folder that serves as `/proc`.
    ///   - namesMax: the most names that a folder may have.
    public init(sysfs: String = "/sys", procfs: String = "/proc", namesMax: Int = HostFileLimits.folderNames) {
        self.sysfs = sysfs
        self.procfs = procfs
        self.namesMax = namesMax
    }

    public func read(_ path: HostPath, limitBytes: Int) throws(HostFileError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        var content: [UInt8] = []
        while true {
            let chunk = try readChunk(descriptor)
            if chunk.isEmpty { return content }
            content.append(contentsOf: chunk)
            if content.count > limitBytes { throw .tooLong(limitBytes: limitBytes) }
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

    /// The next bytes; empty at the end of the file.
    private func readChunk(_ descriptor: Int32) throws(HostFileError) -> [UInt8] {
        var failure: Int32 = 0
        // The kernel's small files are at most a page.
        let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            while true {
                let received = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if received >= 0 {
                    count = received
                    return
                }
                if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if failure != 0 { throw HostFileError(errno: failure) }
        return chunk
    }

    /// The name of a folder's entry; nil when it is not UTF-8.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
        return String(validatingCString: name)
    }
}
