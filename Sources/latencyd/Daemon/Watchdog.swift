/// Decides when the service manager is told that the daemon works: only while each watched loop has made progress
/// since it was told last.
struct Watchdog: Sendable {
    private let intervalSeconds: Double
    private(set) var nextCheckSeconds: Double
    private var lastBeats: [UInt64] = []

    /// - Parameter timeoutSeconds: after so long without a sign the service manager acts.
    init(timeoutSeconds: Double, monotonicSeconds: Double) {
        // Thrice a period, but not more often than the loops beat when they are idle.
        intervalSeconds = max(timeoutSeconds / 3, 0.1)
        nextCheckSeconds = monotonicSeconds
    }

    /// Whether to give a sign now. `beats` are the loops' counters of turns, always in the same order.
    mutating func isSignDue(beats: [UInt64], at monotonicSeconds: Double) -> Bool {
        guard monotonicSeconds >= nextCheckSeconds else { return false }
        let isAlive = lastBeats.count != beats.count || zip(beats, lastBeats).allSatisfy { $0 != $1 }
        if isAlive {
            lastBeats = beats
            nextCheckSeconds = monotonicSeconds + intervalSeconds
        } else {
            // A loop that is idle beats every two seconds: look again soon.
            nextCheckSeconds = monotonicSeconds + min(intervalSeconds, 0.5)
        }
        return isAlive
    }
}
