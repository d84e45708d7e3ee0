import Platform

/// Which call of the driver a thread is in, and since when. The thread writes, others read.
final class GPUCallWatch: Sendable {
    private let current = Locked<GPUHangingCall?>(nil)
    private let clock: @Sendable () -> Double

    init(clock: @escaping @Sendable () -> Double) { self.clock = clock }

    /// Makes a call that may not come back for a long time.
    func during<Result, Failure: Error>(
        _ function: String, gpu: Int? = nil, _ call: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let begun = GPUHangingCall(function: function, gpu: gpu, sinceSeconds: clock())
        current.withLock { $0 = begun }
        defer { current.withLock { $0 = nil } }
        return try call()
    }

    /// The call that has lasted longer than `seconds`; nil when there is none.
    func call(longerThan seconds: Double, at now: Double) -> GPUHangingCall? {
        guard var call = current.withLock({ $0 }) else { return nil }
        call.lastedSeconds = now - call.sinceSeconds
        return call.lastedSeconds > seconds ? call : nil
    }
}
