/// A count of a process that its threads have each for themselves, summed up so that it does not fall when one ends.
struct ThreadTotal: Sendable {
    private(set) var total: Int64 = 0
    /// The count of each thread when it was last read.
    private var latest: [Int32: Int64]?
    /// Threads that could not be read when it was their turn.
    private var unread: Set<Int32> = []
    private var wasLimited = false

    /// Whether every thread has been read: half a sum is none.
    var isWhole: Bool { latest != nil && unread.isEmpty }

    /// Takes the counts of the threads that were read, or of some of them.
    ///
    /// - Parameters:
    ///   - failed: threads that are there and could not be read.
    ///   - isLimited: there are threads that are never read. What they had counted before they come in later is not of
    ///     that time, and is left out.
    mutating func take(_ now: [Int32: Int64], failed: [Int32] = [], isLimited: Bool) {
        unread.formUnion(failed)
        guard latest != nil || !now.isEmpty else { return }
        var latest = self.latest.take() ?? [:]
        for (thread, count) in now {
            unread.remove(thread)
            if let before = latest.updateValue(count, forKey: thread) {
                // A smaller one is of a new thread with the same number.
                total &+= count >= before ? count - before : count
            } else if !wasLimited {
                total &+= count
            }
        }
        self.latest = latest
        wasLimited = isLimited
    }

    /// What these threads counted stays in the sum.
    mutating func forget(_ ended: [Int32]) {
        for thread in ended {
            latest?[thread] = nil
            unread.remove(thread)
        }
    }
}
