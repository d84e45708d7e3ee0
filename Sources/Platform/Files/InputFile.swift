import Glibc

/// A file that is read once from its beginning to its end, plain or compressed by gzip, which its first bytes tell.
public enum InputFile {
    /// Why a file could not be read to its end.
    public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// The operating system's error number.
        case system(Int32)
        case folder
        case damaged

        public var description: String {
            switch self {
            case .system(let code): SystemError.text(code)
            case .folder: "it is a folder"
            case .damaged: Gzip.DecompressError.damaged.description
            }
        }
    }

    private static let chunkBytes = 256 * 1024

    /// Hands over the content of `path` piece by piece, until `take` returns false.
    public static func read(_ path: String, _ take: (UnsafeRawBufferPointer) -> Bool) throws(Problem) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .system(errno) }
        defer { close(descriptor) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer { buffer.deallocate() }
        var count = try fill(buffer, from: descriptor)
        let isCompressed = buffer.prefix(min(count, 2)).elementsEqual(GzipExpander.signature)
        let expander = isCompressed ? GzipExpander() : nil
        var isWanted = true
        while count > 0, isWanted {
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if let expander {
                do throws(Gzip.DecompressError) {
                    try expander.expand(piece) { expanded in
                        isWanted = take(expanded)
                        return isWanted
                    }
                } catch {
                    throw .damaged
                }
            } else {
                isWanted = take(piece)
            }
            if isWanted { count = try fill(buffer, from: descriptor) }
        }
        guard isWanted, let expander else { return }
        do throws(Gzip.DecompressError) { try expander.finish() } catch { throw .damaged }
    }

    /// As much as fits, so that a pipe's first read does not give half a signature. 0 at the end.
    private static func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) throws(Problem) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
            if count < 0 {
                if errno == EINTR { continue }
                throw errno == EISDIR ? .folder : .system(errno)
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}
