import Glibc

/// A file that takes its name when it is whole: until then it is called `NAME.partial`, and a file that had the name
/// before stays as it was.
///
/// Owned by one thread; not Sendable. A file that is not finished is removed.
public final class OutputFile {
    /// Why a file could not be written.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let path: String
        /// The operating system's error number.
        public let code: Int32
        public var description: String { "\(path) cannot be written: \(SystemError.text(code))" }
    }

    private static let bufferBytes = 256 * 1024

    private let path: String
    private var partial: String { path + ".partial" }
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    public init(_ path: String) throws(Problem) {
        self.path = path
        descriptor = -1
        descriptor = open(path + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Problem(path: path, code: errno) }
        buffer.reserveCapacity(Self.bufferBytes)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(partial)
    }

    /// Appends `bytes`.
    public func write(_ bytes: [UInt8]) throws(Problem) {
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Gives the file its name.
    public func finish() throws(Problem) {
        try flush()
        let closed = close(descriptor)
        let code = errno
        descriptor = -1
        guard closed == 0, rename(partial, path) == 0 else {
            let problem = Problem(path: path, code: closed == 0 ? errno : code)
            unlink(partial)
            throw problem
        }
    }

    private func flush() throws(Problem) {
        var start = 0
        while start < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + start, buffer.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Problem(path: path, code: count == 0 ? EIO : errno) }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
