internal import CSystem
import Glibc

/// The descriptor of a file that is open for reading.
struct OpenFile {
    /// What kind of file it is, as far as it matters for reading.
    private enum Kind {
        /// On sysfs: one read gives all there is, at most a page. A device that goes away makes reads fail.
        case attribute
        /// On procfs, cgroupfs or served by a program: reads go on until one gives nothing.
        case stream
        /// On a disk, of a fixture or a copied tree: a short read is the last one, and a file that was replaced is
        /// still read as it was.
        case stored
    }

    let descriptor: Int32
    private let kind: Kind

    /// A file that is read once: which kind it is would cost more to find out than to read on until nothing comes.
    init(readOnce descriptor: Int32) {
        self.descriptor = descriptor
        kind = .stream
    }

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        // <linux/magic.h>
        switch csystem_file_system(descriptor) {
        case 0x6265_6572: kind = .attribute
        case 0x9fa0, 0x6367_7270, 0x27_e0eb, 0x6573_5546: kind = .stream
        default:
            let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            kind = isRegular ? .stored : .stream
        }
    }

    /// Whether a read that gives less than was asked for is the last one.
    var endsAtShortRead: Bool { kind != .stream }

    /// Whether the file may have been deleted or replaced without a read failing.
    var canBeReplaced: Bool { kind == .stored }

    /// Whether the file has been deleted or replaced since it was opened.
    var isReplaced: Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_nlink == 0
    }

    func close() { Glibc.close(descriptor) }
}

/// Reads whole files through one buffer that is used again.
struct ReadBuffer {
    /// The kernel's small files are at most a page; most others come in pages.
    private var bytes = [UInt8](repeating: 0, count: 16_384)
    /// The longest content that is handed out in memory that is used again, in bytes.
    private static let reusedBytesMax = 16_384
    /// What was handed out last. Most of those who read look and let go, and it serves again; a content that somebody
    /// keeps is theirs.
    private var content: [UInt8] = []

    /// The whole content, from the start of the file.
    mutating func read(_ file: OpenFile, limitBytes: Int) throws(HostFileError) -> [UInt8] {
        var count = 0
        while true {
            if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
            let room = bytes.count - count
            let received = try receive(file, at: count)
            count += received
            if count > limitBytes { throw .tooLong(limitBytes: limitBytes) }
            if received == 0 || (file.endsAtShortRead && received < room) { return take(count) }
        }
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        guard count <= Self.reusedBytesMax else { return Array(bytes[..<count]) }
        content.removeAll(keepingCapacity: true)
        bytes.withUnsafeBufferPointer { content.append(contentsOf: $0[..<count]) }
        return content
    }

    private mutating func receive(_ file: OpenFile, at offset: Int) throws(HostFileError) -> Int {
        while true {
            let received = bytes.withUnsafeMutableBytes { buffer in
                pread(file.descriptor, buffer.baseAddress! + offset, buffer.count - offset, off_t(offset))
            }
            if received >= 0 { return received }
            // A pipe in a replaced root cannot be read at an offset, and is no file of a kernel.
            if errno != EINTR { throw HostFileError(errno: errno == ESPIPE ? EINVAL : errno) }
        }
    }
}
