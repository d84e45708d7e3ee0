/// How many threads a pass may still read, shared by the processes that are still to come.
struct ThreadBudget {
    private var left = WatchLimits.threadsPerPassMax
    /// For processes that were never read before.
    private(set) var newLeft = WatchLimits.newThreadsPerPassMax
    private var processesLeft: Int

    init(processes: Int) { processesLeft = processes + 1 }

    /// Comes before each process, whether it is read or not.
    mutating func beginProcess() { processesLeft = max(processesLeft - 1, 1) }

    /// For the process at hand; at least one, so that all have their turn.
    var share: Int { min(max(left / processesLeft, 1), WatchLimits.threadsPerTurnMax) }

    mutating func spend(_ count: Int, isNew: Bool) {
        if isNew { newLeft -= count } else { left -= count }
    }
}
