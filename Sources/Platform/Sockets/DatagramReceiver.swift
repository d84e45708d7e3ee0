internal import CSystem
import Glibc

/// Receives datagrams in batches (`recvmmsg`), with the sending process as the kernel names it.
///
/// Owned by one thread; not Sendable. Descriptors that a sender attaches are closed by the kernel.
public struct DatagramReceiver: ~Copyable {
    private let receiver: OpaquePointer

    /// Nil when memory is short.
    public init?(batch: Int, bytesMax: Int) {
        guard let receiver = csystem_receiver_create(UInt32(batch), bytesMax) else { return nil }
        self.receiver = receiver
    }

    deinit { csystem_receiver_free(receiver) }

    /// Receives what waits at `descriptor`, without waiting itself.
    ///
    /// - Returns: the number of datagrams; negative, the error number, when the socket is broken.
    public func receive(_ descriptor: Int32) -> Int {
        Int(csystem_receiver_receive(receiver, descriptor))
    }

    /// Calls `body` with datagram `i` of the last batch: its bytes, whether its end was cut off, and the sender.
    /// May be called again for the same datagram.
    public func withDatagram(_ i: Int, _ body: (Span<UInt8>, _ isCut: Bool, _ sender: PeerProcess) -> Void) {
        let i = UInt32(i)
        let start = csystem_receiver_bytes(receiver, i)
        let bytes = UnsafeBufferPointer(start: start, count: csystem_receiver_length(receiver, i))
        body(
            bytes.span, csystem_receiver_truncated(receiver, i) != 0, PeerProcess(csystem_receiver_sender(receiver, i)))
    }
}
