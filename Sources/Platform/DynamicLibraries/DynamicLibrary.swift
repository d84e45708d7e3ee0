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

    /// The loader has no error numbers: its message says whether it was this file that was missing.
    static func error(path: String, message: String) -> DynamicLibraryError {
        let isMissing = message.hasPrefix(path + ": ") && message.hasSuffix("No such file or directory")
        return isMissing ? .missing(path: path) : .unusable(path: path, message: message)
    }
}
