import Glibc

/// Why a shared library cannot be used.
public enum DynamicLibraryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No such file where the loader looks.
    case missing(path: String)
    /// It is there and cannot be loaded; `message` is the loader's.
    case unusable(path: String, message: String)

    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such library"
        case .unusable(let path, let message): "\(path): cannot be loaded: \(message)"
        }
    }
}

/// A shared library that is opened while the process runs, and stays open until it ends.
///
/// It is never closed: its code may have threads, and callers may hold functions of it.
public struct DynamicLibrary: Sendable {
    public let path: String
    // The handle as a number: that can be sent to another thread.
    private let handle: UInt

    /// Opens `path`: a file when it has a slash, else a name (`libfoo.so.1`) that the loader looks for.
    public init(path: String) throws(DynamicLibraryError) {
        if path.contains("/"), let problem = Self.problem(ofFile: path) {
            throw .unusable(path: path, message: "\(path): \(problem)")
        }
        dlerror()
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw Self.error(path: path, message: dlerror().map { String(cString: $0) } ?? "")
        }
        self.path = path
        self.handle = UInt(bitPattern: handle)
    }

    /// The address of a function, nil when the library does not have it.
    public func address(of symbol: String) -> UnsafeMutableRawPointer? {
        dlsym(UnsafeMutableRawPointer(bitPattern: handle), symbol)
    }

    /// What would hold up the loader, or kill the process in it: a pipe that nobody writes to, or a file that was cut
    /// short while it was copied. Nil for what the loader may look at, and for what is not there.
    private static func problem(ofFile path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return "it is no regular file"
        }
        var header = Elf64_Ehdr()
        guard pread(descriptor, &header, MemoryLayout<Elf64_Ehdr>.size, 0) == MemoryLayout<Elf64_Ehdr>.size else {
            return "the file is too short"
        }
        let magic = (header.e_ident.0, header.e_ident.1, header.e_ident.2, header.e_ident.3, header.e_ident.4)
        // What is no 64-bit ELF file the loader refuses by itself.
        guard magic == (0x7f, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F"), 2) else { return nil }
        for number in 0..<Int(header.e_phnum) {
            var segment = Elf64_Phdr()
            let offset = header.e_phoff &+ UInt64(number * MemoryLayout<Elf64_Phdr>.size)
            let length = pread(descriptor, &segment, MemoryLayout<Elf64_Phdr>.size, off_t(truncatingIfNeeded: offset))
            let end = segment.p_offset.addingReportingOverflow(segment.p_filesz)
            guard length == MemoryLayout<Elf64_Phdr>.size, !end.overflow, end.partialValue <= UInt64(status.st_size)
            else { return "the file is cut short" }
        }
        return nil
    }

    /// The loader has no error numbers: its message says whether it was this file that was missing.
    static func error(path: String, message: String) -> DynamicLibraryError {
        let isMissing = message.hasPrefix(path + ": ") && message.hasSuffix("No such file or directory")
        return isMissing ? .missing(path: path) : .unusable(path: path, message: message)
    }
}
