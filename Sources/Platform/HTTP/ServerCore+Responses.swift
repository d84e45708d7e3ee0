internal import CSystem
internal import Glibc

/// Which responses are sent, and which give way.
extension ServerCore {
    /// True when `sending` may be sent now; it counts until `release`.
    func admit(_ sending: ResponseSending) -> Bool {
        monitor.withLock { state in
            switch state.responses.admit(sending, at: Monitor<State>.nowNanoseconds, Self.unacknowledged) {
            case .refused: return false
            case .admitted(let leaving):
                for other in leaving {
                    other.giveUp()
                    if let other = state.table.crowdedOut(other.descriptor) { Self.shutDown(other, &state) }
                }
                return true
            }
        }
    }

    func release(_ sending: ResponseSending) {
        monitor.withLock { $0.responses.remove(sending) }
    }

    static func unacknowledged(_ descriptor: Int32) -> Int? {
        let bytes = csystem_http_unacknowledged(descriptor)
        return bytes < 0 ? nil : Int(bytes)
    }
}
