internal import CSystem
import Glibc

/// Why a Unix socket could not be made.
public enum UnixSocketError: Error, Equatable, CustomStringConvertible {
    case pathTooLong(String)
    /// Something that is no socket lies there.
    case notASocket(String)
    /// Another process listens there.
    case inUse(String)
    case folder(String, code: Int32)
    case system(call: String, path: String, code: Int32)

    public var description: String {
        switch self {
        case .pathTooLong(let path):
            "the socket path '\(path)' is \(path.utf8.count) bytes long; the kernel takes at most 107: choose a shorter one"
        case .notASocket(let path):
            "'\(path)' exists and is not a socket; it was left alone: remove it or configure another path"
        case .inUse(let path):
            "another process listens on '\(path)'; is latencyd running already? Stop it or configure another path"
        case .folder(let path, let code):
            "cannot make the folder '\(path)' for the socket: \(SystemError.text(code))"
        case .system(let call, let path, let code):
            "cannot make the socket '\(path)': \(call): \(SystemError.text(code))"
        }
    }
}

/// A Unix socket that this process bound, or was handed by the service manager.
public final class UnixSocket: Sendable {
    public enum Kind: Sendable {
        case datagram
        case stream

        var type: Int32 {
            switch self {
            case .datagram: Int32(SOCK_DGRAM.rawValue)
            case .stream: Int32(SOCK_STREAM.rawValue)
            }
        }
    }

    public let descriptor: Int32
    public let kind: Kind
    /// Where it is bound; for people, when it was handed over.
    public let path: String
    /// The file that this process made and removes at the end; nil when the socket was handed over.
    private let file: FileIdentity?

    /// Whether the service manager bound it and holds it beyond this process.
    public let isHandedOver: Bool

    private struct FileIdentity: Equatable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    /// A socket that the service manager has bound. It is not unlinked at the end.
    public init(handedOver descriptor: Int32, kind: Kind, path: String) {
        self.descriptor = descriptor
        self.kind = kind
        self.path = path
        file = nil
        isHandedOver = true
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        Self.nameSenders(descriptor, kind)
    }

    /// Binds a socket at `path`, private to this user. The folder is made if it is missing. A socket file that nobody
    /// listens on is replaced; anything else that lies there is left alone and refused.
    public init(kind: Kind, path: String) throws(UnixSocketError) {
        guard var address = Self.address(path) else { throw .pathTooLong(path) }
        try Self.makeFolder(of: path)
        try Self.removeStale(path, kind: kind, address: &address)
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind.type | flags, 0)
        guard descriptor >= 0 else { throw .system(call: "socket", path: path, code: errno) }
        Self.nameSenders(descriptor, kind)
        // Never open to others, not even between bind and chmod.
        let mask = umask(0o177)
        let isBound = Self.withSocketAddress(&address) { bind(descriptor, $0, $1) } == 0
        let code = errno
        umask(mask)
        guard isBound else {
            close(descriptor)
            throw code == EADDRINUSE ? .inUse(path) : .system(call: "bind", path: path, code: code)
        }
        if kind == .stream, listen(descriptor, 128) != 0 {
            let code = errno
            close(descriptor)
            unlink(path)
            throw .system(call: "listen", path: path, code: code)
        }
        self.descriptor = descriptor
        self.kind = kind
        self.path = path
        file = Self.identity(path)
        isHandedOver = false
    }

    /// Gives the socket file to `group` and sets its mode. Nil when done; otherwise what is wrong: then the socket stays
    /// private to its user, unless the mode lets everybody in.
    public func share(mode: UInt32, group: String) -> String? {
        var warning: String?
        if let id = Accounts.groupID(group) {
            if chown(path, uid_t.max, id) != 0 {
                warning = "this user cannot give the push sockets to the group '\(group)' (\(SystemError.text(errno)))"
            }
        } else {
            warning = "there is no group '\(group)' for the push sockets; make it, or set push.socket_group"
        }
        let isOpenToAll = mode & 0o007 != 0
        if warning == nil || isOpenToAll, chmod(path, mode) != 0 {
            return "cannot set the mode of '\(path)': \(SystemError.text(errno))"
        }
        return warning.map { isOpenToAll ? $0 : "\($0); until then they stay private to their user" }
    }

    /// Whether its path still leads here. True for a socket that was handed over: its file is another's business.
    public var isReachable: Bool { file == nil || Self.identity(path) == file }

    /// Closes the socket and removes its file, if it is still the one this process made.
    public func closeAndUnlink() {
        close(descriptor)
        if let file, Self.identity(path) == file { unlink(path) }
    }

    /// Asks the kernel to name the sender of every datagram, from the first one on: those that were sent before are
    /// nobody's. A stream's peer is named without being asked for.
    private static func nameSenders(_ descriptor: Int32, _ kind: Kind) {
        if kind == .datagram { _ = csystem_pass_credentials(descriptor) }
    }

    // MARK: Paths

    private static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func withSocketAddress(
        _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func makeFolder(of path: String) throws(UnixSocketError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        if let code = Folders.make(String(path[..<slash])) { throw .folder(String(path[..<slash]), code: code) }
    }

    private static func removeStale(
        _ path: String, kind: Kind, address: inout sockaddr_un
    ) throws(UnixSocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        let probe = socket(AF_UNIX, kind.type | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw .system(call: "socket", path: path, code: errno) }
        defer { close(probe) }
        let isAnswered = withSocketAddress(&address) { connect(probe, $0, $1) } == 0
        // Refused is the one answer that says nobody listens; a socket of the other kind, a full queue or a missing
        // permission are all somebody's.
        guard !isAnswered, errno == ECONNREFUSED else { throw .inUse(path) }
        guard unlink(path) == 0 || errno == ENOENT else { throw .system(call: "unlink", path: path, code: errno) }
    }

    private static func identity(_ path: String) -> FileIdentity? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
