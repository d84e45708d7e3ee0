internal import CSystem

/// The process at the other end of a Unix socket, as the kernel names it.
public struct PeerProcess: Sendable, Hashable {
    /// 0 when the process is not visible from here, as in another PID namespace.
    public let pid: Int32
    /// `UInt32.max` when it is unknown.
    public let uid: UInt32

    init(_ sender: csystem_sender) {
        pid = sender.pid
        uid = sender.uid
    }

    static let unknown = PeerProcess(csystem_sender(pid: 0, uid: .max))
}
