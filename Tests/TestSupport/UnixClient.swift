import Glibc

/// A plain client of a Unix socket, as pushers are; waits for the other side where it must.
public final class UnixClient: Sendable {
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

    public struct Failure: Error {
        public let call: String
        public let code: Int32
    }

    public let descriptor: Int32

    /// Connects to the socket at `path`.
    public init(_ kind: Kind, to path: String) throws(Failure) {
        descriptor = socket(AF_UNIX, kind.type | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard Self.withAddress(path, { connect(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(call: "connect", code: code)
        }
    }

    /// Binds a socket of `kind` at `path`, and listens where it is a stream, as another program would.
    public init(_ kind: Kind, boundTo path: String) throws(Failure) {
        descriptor = socket(AF_UNIX, kind.type | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard Self.withAddress(path, { bind(descriptor, $0, $1) }) == 0,
            kind == .datagram || listen(descriptor, 8) == 0
        else {
            let code = errno
            close(descriptor)
            throw Failure(call: "bind", code: code)
        }
    }

    deinit { close(descriptor) }

    /// False when the other side is gone.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends `text` with the descriptor `attached` (SCM_RIGHTS).
    public func send(_ text: String, attaching attached: Int32) -> Bool {
        // struct cmsghdr: length, level, type; then the descriptor, padded to 8 bytes.
        let control = UnsafeMutableRawBufferPointer.allocate(byteCount: 24, alignment: 8)
        defer { control.deallocate() }
        control.storeBytes(of: 20, toByteOffset: 0, as: Int.self)
        control.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
        control.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
        control.storeBytes(of: attached, toByteOffset: 16, as: Int32.self)
        var bytes = Array(text.utf8)
        let sent = bytes.withUnsafeMutableBytes { buffer in
            var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
            return withUnsafeMutablePointer(to: &vector) { vector in
                var message = msghdr()
                message.msg_iov = vector
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = 24
                return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            }
        }
        return sent == text.utf8.count
    }

    public func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether the other side closes the connection, within the time that `eventually` gives.
    public var isClosedByPeer: Bool {
        eventually {
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
            return count == 0 || (count < 0 && errno != EAGAIN)
        }
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
