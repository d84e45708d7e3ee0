/// A count of a process that its threads have each for themselves, summed up so that it does not fall when one ends.
struct ThreadTotal: Sendable {
    private(set) var total: Int64 = 0
    private var latest: [Int32: Int64]?
    private var wasLimited = false

    /// Takes the counts of the threads that there are.
    ///
    /// - Parameter isLimited: there are more threads than these. What others had counted before they come in later is
    ///   not of that time, and is left out.
    mutating func take(_ now: [Int32: Int64], isLimited: Bool) {
        for (thread, count) in now {
            if let before = latest?[thread] {
                // A smaller one is of a new thread with the same number.
                total &+= count >= before ? count - before : count
            } else if latest == nil || !wasLimited {
                total &+= count
            }
        }
        latest = now
        wasLimited = isLimited
    }
}
