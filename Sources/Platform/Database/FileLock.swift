import Glibc

/// A file that one process at a time holds (flock(2)), with that process' id in it. Let go of when it is forgotten, and by
/// the kernel when the process dies.
public final class FileLock: Sendable {
    /// Why a lock could not be had.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// Another process, or another owner in this one, has it; `process` is nil where it has not written its id.
        case held(path: String, process: Int32?)
        /// The file cannot be used; `code` is the error number.
        case unusable(path: String, code: Int32)

        public var description: String {
            switch self {
            case .held(let path, let process):
                "the lock \(path) is held by \(process.map { "process \($0)" } ?? "another process")"
            case .unusable(let path, let code): "the lock \(path) cannot be made: \(SystemError.text(code))"
            }
        }
    }

    public let path: String
    private let descriptor: Int32

    public init(path: String) throws(Failure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw .unusable(path: path, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(descriptor) }
            throw code == EWOULDBLOCK
                ? .held(path: path, process: Self.process(descriptor)) : .unusable(path: path, code: code)
        }
        self.path = path
        self.descriptor = descriptor
        // For people only: on a full disk the lock holds all the same.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    deinit { close(descriptor) }

    private static func process(_ descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
