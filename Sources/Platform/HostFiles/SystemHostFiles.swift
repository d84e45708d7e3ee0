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
    ///   - replacementSeconds: how late it may be noticed that an open file of a tree that stands in for the host was
    ///     replaced.
    ///   - namesMax: the most names that a folder may have.
    public init(
        sysfs: String = "/sys", procfs: String = "/proc", filesKept: Int = 0,
        replacementSeconds: Double = 1, namesMax: Int = HostFileLimits.folderNames
    ) {
        self.sysfs = sysfs
        self.procfs = procfs
        self.namesMax = namesMax
        kept = Locked(KeptFiles(filesMax: filesKept, replacementSeconds: replacementSeconds))
    }

    /// A quarter of the descriptors that this process may have, so that sockets and pages have theirs.
    public static var filesKeptDefault: Int { min(HostFileLimits.filesKept, FileLimit.inForce / 4) }

    /// How many files are open now.
    public var keptCount: Int { kept.withLock { $0.count } }

    public func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        try kept.withLock { kept throws(HostFileError) -> [UInt8] in
            if let content = kept.read(path, limitBytes: limitBytes) { return content }
            let descriptor = try open(path, O_RDONLY)
            let file = keepsOpen ? OpenFile(descriptor) : OpenFile(readOnce: descriptor)
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

    public func readStart(_ path: HostPath, bytesMax: Int) throws(HostFileError) -> [UInt8] {
        let descriptor = try open(path, O_RDONLY)
        defer { close(descriptor) }
        var content = [UInt8](repeating: 0, count: bytesMax)
        var count = 0
        while count < bytesMax {
            let received = content.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, bytesMax - count)
            }
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else { throw HostFileError(errno: errno) }
            if received == 0 { break }
            count += received
        }
        return Array(content.prefix(count))
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

    public func linkTarget(_ path: HostPath) throws(HostFileError) -> String {
        let name = try hostName(of: path)
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(name, &target, target.count)
        guard length >= 0 else { throw HostFileError(errno: errno) }
        guard let text = String(validating: target[..<length].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self) else {
            throw .invalid
        }
        return text
    }

    public func pressureTrigger(
        _ path: HostPath, _ threshold: PressureThreshold
    ) throws(HostFileError) -> PressureTrigger {
        try PressureTrigger(try open(path, O_RDWR), threshold)
    }

    /// O_NONBLOCK keeps a pipe in a replaced root from holding the daemon; the kernel's own files ignore it.
    private func open(_ path: HostPath, _ flags: Int32) throws(HostFileError) -> Int32 {
        let name = try hostName(of: path)
        while true {
            let descriptor = Glibc.open(name, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw HostFileError(errno: errno) }
        }
    }

    /// The path in the file system of this process.
    private func hostName(of path: HostPath) throws(HostFileError) -> String {
        guard path.staysBelowRoot else { throw .outsideRoot }
        let top =
            switch path.root {
            case .sysfs: sysfs
            case .procfs: procfs
            }
        return top + "/" + path.relative
    }

    /// The name of a folder's entry; nil when it is not UTF-8.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
        return String(validatingCString: name)
    }
}
