import Glibc

/// A file that somebody named and that is read as a whole.
public enum RegularFile {
    /// Why it cannot be read; the description names it.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
        /// Whether another user might read it.
        public let isDenied: Bool

        init(_ description: String, isDenied: Bool = false) {
            self.description = description
            self.isDenied = isDenied
        }
    }

    /// The bytes of the regular file `path`, if they are at most `bytesMax`.
    public static func read(_ path: String, bytesMax: Int) throws(Problem) -> [UInt8] {
        // Not blocking: opening a pipe that nobody writes to would hold the caller for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw problem(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Problem("\(path) is no regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(bytesMax + 1, 65_536))
        while bytes.count <= bytesMax {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw problem(path)
            }
            bytes += buffer.prefix(count)
        }
        throw Problem("\(path) is longer than \(bytesMax) bytes")
    }

    private static func problem(_ path: String) -> Problem {
        Problem("\(path) cannot be read: \(SystemError.text(errno))", isDenied: errno == EACCES || errno == EPERM)
    }
}
