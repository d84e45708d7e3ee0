/// Work that waits for one thread, up to a limit.
public final class WorkQueue: Sendable {
    /// `isCancelled`: the queue was closed before its turn came.
    public typealias Job = @Sendable (_ isCancelled: Bool) -> Void

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let monitor = Monitor(State())
    private let limit: Int

    /// - Parameter limit: jobs that wait.
    public init(limit: Int) { self.limit = limit }

    /// Jobs that wait now.
    public var count: Int { monitor.withLock { $0.jobs.count } }

    /// False when too many wait, or the queue is closed: the job will not run then.
    public func add(_ job: @escaping Job) -> Bool {
        let isTaken = monitor.withLock { state in
            guard !state.isClosed, state.jobs.count < limit else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { monitor.signal() }
        return isTaken
    }

    /// The thread's body: works until the queue is closed.
    public func run() {
        while true {
            var job: Job?
            var isClosed = false
            monitor.run { state in
                isClosed = state.isClosed
                if !state.jobs.isEmpty { job = state.jobs.removeFirst() }
                return job == nil && !isClosed ? .whenSignalled : .never
            }
            guard let job else { return }
            job(isClosed)
        }
    }

    /// Those who wait are told so by the thread, which ends then.
    public func close() {
        monitor.withLock { $0.isClosed = true }
        monitor.signal()
    }
}
