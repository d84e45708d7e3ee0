internal import CSystem
import Glibc

/// A connection that a stream socket accepted.
public struct StreamConnection: Sendable {
    public let descriptor: Int32
    public let sender: PeerProcess

    /// What reading brought.
    public enum ReadResult: Equatable, Sendable {
        /// So many bytes are in the buffer.
        case bytes(Int)
        case nothingYet
        /// The other side has closed, or the connection broke.
        case ended
    }

    /// The next waiting connection, not blocking; nil when none waits.
    ///
    /// - Throws: the error number when the process has no descriptor left or the socket is broken.
    public static func accept(from socket: Int32) throws(SystemFailure) -> StreamConnection? {
        let descriptor = csystem_accept(socket)
        if descriptor < 0 {
            let code = -descriptor
            guard [EAGAIN, EWOULDBLOCK, ECONNABORTED, EINTR].contains(code) else { throw SystemFailure(code: code) }
            return nil
        }
        var peer = csystem_sender()
        let isKnown = csystem_peer(descriptor, &peer) == 0
        return StreamConnection(descriptor: descriptor, sender: isKnown ? PeerProcess(peer) : .unknown)
    }

    /// Reads what is there into `buffer`, without waiting. Descriptors that the sender attaches are closed by the
    /// kernel, as a plain read leaves them no room.
    public func read(into buffer: inout [UInt8]) -> ReadResult {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { return .bytes(count) }
        if count == 0 { return .ended }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .nothingYet : .ended
    }

    public func close() { Glibc.close(descriptor) }
}

/// An error number of the operating system.
public struct SystemFailure: Error, Equatable, CustomStringConvertible {
    public let code: Int32
    public init(code: Int32) { self.code = code }
    public var description: String { SystemError.text(code) }
}
