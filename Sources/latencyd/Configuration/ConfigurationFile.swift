internal import Glibc

/// Reads the file of a configuration.
enum ConfigurationFile {
    /// The bytes of the regular file `path`, at most one more than `limitBytes`: enough to tell that there are too many.
    static func read(_ path: String, limitBytes: Int) throws(ConfigurationProblem) -> [UInt8] {
        // Not blocking: opening a pipe that nobody writes to would hold the daemon for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw problem(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw problem(path, errno) }
        if let problem = refusal(path, status.st_mode & S_IFMT) { throw problem }
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

    /// What is wrong with a file of this kind; nil for a regular file. Others may have no end, or none for now.
    private static func refusal(_ path: String, _ kind: mode_t) -> ConfigurationProblem? {
        let (name, remedy) =
            switch kind {
            case S_IFREG: ("", "")
            case S_IFDIR: ("a folder", "name a file, for example \(path)/latencyd.yml")
            case S_IFIFO: ("a pipe", "write it to a regular file, and name that")
            case S_IFCHR, S_IFBLK: ("a device", "name a regular file")
            default: ("no regular file", "name a regular file")
            }
        guard !name.isEmpty else { return nil }
        return ConfigurationProblem(place: .file(path), what: "cannot be read: it is \(name)", remedy: remedy)
    }

    private static func problem(_ path: String, _ code: Int32) -> ConfigurationProblem {
        let remedy =
            switch code {
            case ENOENT, ENOTDIR:
                "name an existing file; latencyd also runs without one, examples/latencyd.yml is one to begin with"
            case EACCES, EPERM: "let this user read it, for example with chmod o+r, or run as its owner"
            case ENXIO: "it is a socket, or a device that is not there; name a regular file"
            default: "name a file that can be read"
            }
        return ConfigurationProblem(
            place: .file(path), what: "cannot be read: \(String(cString: strerror(code)))", remedy: remedy)
    }
}
