internal import CSystem
internal import Glibc

/// A body on its way to one client. Changes on the server's thread only.
final class ResponseSending {
    let descriptor: Int32
    let sinceNanoseconds: UInt64
    let bytes: Int
    /// The same for all clients that are sent the same body.
    let bodyIdentity: ObjectIdentifier
    /// What libmicrohttpd has taken for the client so far.
    private(set) var handedBytes = 0
    /// Nil once the response was given up: its memory is free then, although libmicrohttpd still knows the response.
    private var body: HTTPBody?

    init(_ body: HTTPBody, to descriptor: Int32, at now: UInt64) {
        self.descriptor = descriptor
        sinceNanoseconds = now
        bytes = body.bytes.count
        bodyIdentity = ObjectIdentifier(body)
        self.body = body
    }

    func giveUp() { body = nil }

    /// Copies the bytes from `position` on. Returns how many, nil when there are none or the response was given up.
    func read(from position: UInt64, into room: UnsafeMutableRawBufferPointer) -> Int? {
        guard let body, let start = Int(exactly: position), start < bytes else { return nil }
        let count = min(room.count, bytes - start)
        body.bytes.withUnsafeBytes {
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
        }
        handedBytes = max(handedBytes, start + count)
        return count
    }
}
