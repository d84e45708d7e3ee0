/// Who pushed a value, as the kernel names it.
public struct Sender: Hashable, Sendable {
    /// The process; 0 when it is not visible from here, as in another PID namespace.
    public var pid: Int32
    /// The user; `UInt32.max` when it is unknown.
    public var uid: UInt32

    public init(pid: Int32, uid: UInt32) {
        self.pid = pid
        self.uid = uid
    }

    /// Nobody that the kernel knows.
    public static let unknown = Sender(pid: 0, uid: .max)
}
