internal import Glibc

/// Reads the file of a configuration.
enum ConfigurationFile {
    /// The bytes of `path`, at most one more than `limitBytes`: enough to tell that there are too many.
    static func read(_ path: String, limitBytes: Int) throws(ConfigurationProblem) -> [UInt8] {
        // Opening a pipe would wait for a writer, and a reload must not make the daemon wait.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw problem(path, errno) }
        defer { close(descriptor) }
        try checkKind(path, descriptor)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limitBytes {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limitBytes + 1 - bytes.count))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem(path, errno)
            }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    /// Whether there is anything at `path`, readable or not: an unreadable default file is an error, not an absent one.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func checkKind(_ path: String, _ descriptor: Int32) throws(ConfigurationProblem) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw problem(path, errno) }
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw problem(path, EISDIR)
        case S_IFIFO: kind = "a pipe"
        case S_IFCHR, S_IFBLK: kind = "a device"
        default: kind = "a socket"
        }
        throw ConfigurationProblem(
            place: .file(path), what: "is \(kind), not a file",
            remedy: "write the configuration to a file and name that")
    }

    private static func problem(_ path: String, _ code: Int32) -> ConfigurationProblem {
        let remedy =
            switch code {
            case ENOENT, ENOTDIR:
                "name an existing file; latencyd also runs without one, examples/latencyd.yml is one to begin with"
            case EACCES, EPERM: "let this user read it, for example with chmod o+r, or run as its owner"
            case EISDIR: "name a file, for example \(path)/latencyd.yml"
            default: "name a file that can be read"
            }
        return ConfigurationProblem(
            place: .file(path), what: "cannot be read: \(String(cString: strerror(code)))", remedy: remedy)
    }
}
