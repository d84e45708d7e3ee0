internal import CSystem
internal import Glibc

/// Sockets that systemd opened for the daemon (sd_listen_fds(3)).
public struct ListenDescriptors: Sendable, Equatable {
    /// A socket ready for use: close-on-exec and non-blocking. Whoever takes it closes it.
    public struct Socket: Sendable, Equatable {
        public let descriptor: Int32
        /// `FileDescriptorName=` of the socket unit, or the unit's name.
        public let name: String
        /// Where it is bound; nil for an unnamed or abstract one.
        public let path: String?
    }

    /// A descriptor that is of no use here; it has been closed.
    public struct Ignored: Sendable, Equatable, CustomStringConvertible {
        public let name: String
        /// What it is and what is expected.
        public let reason: String

        public var description: String { "socket \"\(name)\" handed over by systemd is not used: \(reason)" }
    }

    /// Unix datagram sockets.
    public private(set) var datagram: [Socket] = []
    /// Listening Unix stream sockets.
    public private(set) var stream: [Socket] = []
    public private(set) var ignored: [Ignored] = []

    public init() {}

    /// Whether there is no socket to use, so that the daemon binds its own.
    public var isEmpty: Bool { datagram.isEmpty && stream.isEmpty }

    /// Takes the descriptors that `$LISTEN_FDS` announces and unsets the variables, so that child processes do not
    /// take them for theirs. Empty when there are none or they are meant for another process.
    ///
    /// Call once, before other threads read the environment. A negative error number of the library counts as an
    /// ignored descriptor without a name.
    public static func take() -> ListenDescriptors {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count >= 0 else {
            var result = ListenDescriptors()
            let text = String(cString: strerror(-count))
            result.ignored.append(Ignored(name: "", reason: "LISTEN_FDS cannot be read: \(text)"))
            return result
        }
        defer { free(names) }
        let inherited = (0..<Int(count)).map { i in
            let name = names?[i]
            defer { free(name) }
            return (Int32(i) + SD_LISTEN_FDS_START, name.map { String(cString: $0) } ?? "")
        }
        return ListenDescriptors(sorting: inherited)
    }

    /// Tells the sockets apart by what the kernel says they are, and closes those that are of no use.
    init(sorting inherited: [(descriptor: Int32, name: String)]) {
        for (descriptor, name) in inherited {
            switch Self.kind(descriptor) {
            case .datagram: datagram.append(Self.socket(descriptor, name))
            case .stream: stream.append(Self.socket(descriptor, name))
            case .other(let reason):
                ignored.append(Ignored(name: name, reason: reason))
                close(descriptor)
            }
        }
    }

    private enum Kind {
        case datagram, stream
        case other(String)
    }

    private static func kind(_ descriptor: Int32) -> Kind {
        guard let type = option(descriptor, SO_TYPE), let domain = option(descriptor, SO_DOMAIN) else {
            return .other(errno == EBADF ? "the descriptor is not open" : "it is no socket")
        }
        guard domain == AF_UNIX else {
            return .other("it is no Unix socket (address family \(domain)); use a path in the socket unit")
        }
        switch type {
        case Int32(SOCK_DGRAM.rawValue): return .datagram
        case Int32(SOCK_STREAM.rawValue):
            guard option(descriptor, SO_ACCEPTCONN) == 1 else {
                return .other("the stream socket does not listen; set Accept=no in the socket unit")
            }
            return .stream
        default:
            return .other(
                "it is neither a datagram nor a stream socket (type \(type)); use ListenDatagram= or "
                    + "ListenStream=")
        }
    }

    private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    private static func socket(_ descriptor: Int32, _ name: String) -> Socket {
        _ = fcntl(descriptor, F_SETFD, fcntl(descriptor, F_GETFD) | FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        return Socket(descriptor: descriptor, name: name, path: path(descriptor))
    }

    private static func path(_ descriptor: Int32) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        guard code == 0, Int(length) > offset else { return nil }
        return withUnsafeBytes(of: &address) { bytes in
            let path = bytes[offset..<min(Int(length), bytes.count)].prefix { $0 != 0 }
            return path.isEmpty ? nil : String(decoding: path, as: UTF8.self)
        }
    }
}
