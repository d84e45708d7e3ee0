internal import CSystem
import Glibc

/// The descriptor of a file that is open for reading.
struct OpenFile {
    /// What kind of file system the file is on, as far as it matters for reading.
    private enum FileSystem {
        /// sysfs: one read gives all there is, at most a page. A device that goes away makes reads fail.
        case sysfs
        /// procfs and cgroupfs: reads go on until one gives nothing. What goes away makes reads fail.
        case kernel
        /// Files on a disk, of a fixture or a copied tree. One that was replaced is still read as it was.
        case other
    }

    let descriptor: Int32
    private let fileSystem: FileSystem

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // <linux/magic.h>
        fileSystem =
            switch csystem_file_system(descriptor) {
            case 0x6265_6572: .sysfs
            case 0x9fa0, 0x6367_7270, 0x27_e0eb: .kernel
            default: .other
            }
    }

    /// What tells the end of the file.
    enum End {
        /// A read that gives less than was asked for.
        case shortRead
        /// A read that gives nothing, or this many bytes altogether.
        case emptyRead(orBytes: Int?)
    }

    /// How to read the file now; nil when it was deleted or replaced since it was opened. On the kernel's own file
    /// systems a read fails then.
    var end: End? {
        switch fileSystem {
        case .sysfs: return .shortRead
        case .kernel: return .emptyRead(orBytes: nil)
        case .other:
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
            // A file that was made up by a program in user space may say that its size is 0.
            return .emptyRead(orBytes: status.st_size > 0 ? Int(status.st_size) : nil)
        }
    }

    func close() { Glibc.close(descriptor) }
}

/// Reads whole files through one buffer that is used again.
struct ReadBuffer {
    /// The kernel's small files are at most a page; most others come in pages.
    private var bytes = [UInt8](repeating: 0, count: 16_384)

    /// The whole content, from the start of the file. Throws ``HostFileError/absent`` when it was deleted or replaced
    /// since it was opened.
    mutating func read(_ file: OpenFile, limitBytes: Int) throws(HostFileError) -> [UInt8] {
        guard let end = file.end else { throw .absent }
        var count = 0
        while true {
            if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
            let room = bytes.count - count
            let received = try receive(file, at: count)
            count += received
            if count > limitBytes { throw .tooLong(limitBytes: limitBytes) }
            let isWhole =
                switch end {
                case .shortRead: received < room
                case .emptyRead(let whole): received == 0 || count == whole
                }
            if isWhole { return Array(bytes[..<count]) }
        }
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
