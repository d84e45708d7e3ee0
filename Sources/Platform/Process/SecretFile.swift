import Glibc

/// A file with a token or a password, and nothing else.
public enum SecretFile {
    /// The longest secret, in bytes.
    public static let bytesMax = 16_384

    /// Why a secret cannot be used.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// The text of the regular file `path` without the white space around it.
    public static func read(_ path: String) throws(Problem) -> String {
        // Not blocking: opening a pipe that nobody writes to would hold the caller for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Problem(description: "\(path) cannot be read: \(SystemError.text(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Problem(description: "\(path) is no regular file")
        }
        var buffer = [UInt8](repeating: 0, count: bytesMax + 1)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw Problem(description: "\(path) cannot be read: \(SystemError.text(errno))") }
        guard count <= bytesMax else { throw Problem(description: "\(path) is longer than \(bytesMax) bytes") }
        guard let text = String(validating: buffer.prefix(count), as: UTF8.self) else {
            throw Problem(description: "\(path) is no UTF-8 text")
        }
        let secret = text.drop { $0.isWhitespace }
        guard let last = secret.lastIndex(where: { !$0.isWhitespace }) else {
            throw Problem(description: "\(path) is empty")
        }
        return String(secret[...last])
    }
}
