internal import Logging
internal import Platform
internal import Telemetry

/// Writes the state database on a thread of its own, which comes after all others. Nobody waits for the disk: what it does
/// not take stays in memory, within limits, and everything else goes on.
final class StateWriter: Sendable {
    private struct Shared: Sendable {
        var backlog = StateBacklog()
        var health = StateHealth()
        var sizeBytes: Int64 = 0
        var seriesCount = 0
        var rebuilds: UInt64 = 0
        var releasesMemory = false
        var stops = false

        /// Whether memory is to be given back; it is said once.
        mutating func takesReleaseOfMemory() -> Bool {
            defer { releasesMemory = false }
            return releasesMemory
        }
    }

    private let folder: String
    private let settings: StateSettings
    private let schema: StateSchema
    private let log: Logging.Logger
    private let wakeup: Wakeup
    private let shared = Locked(Shared())
    /// Held while the database works.
    private let store = Locked<StateDatabase?>(nil)
    private let isRunning = Locked(false)
    private let end = Answer<Bool>()

    /// Nil when the process has no descriptor left.
    init?(folder: String, settings: StateSettings, schema: StateSchema = .current, log: Logging.Logger) {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
        self.folder = folder
        self.settings = settings
        self.schema = schema
        self.log = log
    }

    // MARK: For other threads

    /// Opens the database, before `start`, and lets `load` read what the daemon begins with. Where that cannot be, `load` is
    /// not called, the log says why, and it is tried again while the daemon runs.
    ///
    /// - Throws: only what must keep the daemon from starting.
    func open(_ load: (StateDatabase) throws(DatabaseError) -> Void = { _ in }) throws(StateError) {
        do {
            try store.withLock { store throws(StateError) in
                try use(&store) { database throws(StateError) in
                    try asStateError { () throws(DatabaseError) in try load(database) }
                    try measure(database)
                }
            }
        } catch {
            if error.isRefusal { throw error }
            fail(error)
        }
    }

    func start() throws(DaemonThread.StartError) {
        try DaemonThread(name: "state") { [self] in run() }.detach()
        isRunning.withLock { $0 = true }
    }

    /// Hands over the summaries of the minute that ended. Returns at once.
    func record(minute: Int64, summaries: [(series: StateSeries, summary: MinuteSummary)]) {
        shared.withLock { $0.backlog.add(StateBatch.Minute(minute: minute, summaries: summaries)) }
        wakeup.signal()
    }

    /// Hands over the state of a baseline; it is written with the next minute. Returns at once.
    func store(_ baseline: StoredBaseline, of series: StateSeries) {
        shared.withLock { $0.backlog.add(baseline, of: series) }
    }

    /// Hands over what is now known of an alert. Returns at once.
    func record(_ alert: StoredAlert) {
        shared.withLock { $0.backlog.add(alert) }
        wakeup.signal()
    }

    /// Hands over what fires now. Returns at once.
    func record(_ firing: StoredFiring) {
        shared.withLock { $0.backlog.add(firing) }
        wakeup.signal()
    }

    /// Has the database give back the memory of its caches. Returns at once.
    func releaseMemory() {
        shared.withLock { $0.releasesMemory = true }
        wakeup.signal()
    }

    /// Lets `body` read the database. Waits while something is written: for threads that may.
    ///
    /// - Returns: nil when there is no database now, or it failed.
    func read<Result>(_ body: (StateDatabase) throws(DatabaseError) -> Result) -> Result? {
        store.withLock { store in
            guard let store else { return nil }
            return try? body(store)
        }
    }

    /// Writes what waits, closes the database and ends the thread. A disk that does not answer is not waited for.
    func stop() {
        guard isRunning.withLock({ $0 }) else { return store.withLock { $0 = nil } }
        shared.withLock { $0.stops = true }
        wakeup.signal()
        if end.wait(seconds: StateLimits.stopSeconds) == nil {
            log.warning("the state database \(folder) still waits for the disk, and is left behind")
        }
    }

    /// The metrics about it.
    var families: [MetricFamily] {
        shared.withLock { shared in
            StateMetrics.families(
                StateMetrics.Readings(
                    isWorking: shared.health.isWorking, writes: shared.health.writes,
                    failures: shared.health.failures, dropped: shared.backlog.dropped, rebuilds: shared.rebuilds,
                    sizeBytes: shared.sizeBytes, sizeLimitBytes: Int64(settings.maxSizeBytes),
                    series: shared.seriesCount))
        }
    }

    // MARK: The thread

    private func run() {
        defer { end.give(true) }
        ThreadScheduling.lower()
        guard var poll = EventPoll() else {
            log.error("no state is kept: the process has no descriptor left; raise LimitNOFILE=")
            return
        }
        poll.add(wakeup.descriptor)
        while true {
            wakeup.clear()
            let stops = shared.withLock { $0.stops }
            writeAll(isLast: stops)
            if stops { break }
            if shared.withLock({ $0.takesReleaseOfMemory() }) { store.withLock { $0?.database.releaseMemory() } }
            poll.wait(milliseconds: pauseMilliseconds()) { _ in }
        }
        store.withLock { $0 = nil }
    }

    private func pauseMilliseconds() -> Int32 {
        guard let next = shared.withLock({ $0.health.nextTrySeconds }) else { return 60_000 }
        return Int32(min(max((next - HostClock.monotonicSeconds()) * 1_000 + 1, 1), 60_000))
    }

    /// Writes all that waits; at the end of the process it tries once more even where it failed just now.
    private func writeAll(isLast: Bool) {
        let mayTry = shared.withLock { $0.health.mayTry(at: HostClock.monotonicSeconds()) }
        guard mayTry || isLast else { return }
        while true {
            let batch = shared.withLock { $0.backlog.isEmpty ? nil : $0.backlog.take() }
            guard let batch else { return }
            do {
                let dropped = try store.withLock { store throws(StateError) in try write(batch, &store) }
                note(dropped)
            } catch {
                shared.withLock { $0.backlog.takeBack(batch) }
                return fail(error)
            }
        }
    }

    private func note(_ dropped: [StateDrop: Int]) {
        let notice = shared.withLock { shared in
            for (what, count) in dropped { shared.backlog.drop(what, count: count) }
            return shared.health.succeeded()
        }
        tell(notice)
    }

    private func write(_ batch: StateBatch, _ store: inout StateDatabase?) throws(StateError) -> [StateDrop: Int] {
        var dropped: [StateDrop: Int] = [:]
        try use(&store) { database throws(StateError) in
            do throws(StateError) {
                dropped = try database.write(batch)
            } catch {
                // Where the limit was reached before the clean-up made room, the next attempt finds it.
                if case .database(let cause) = error, cause.kind == .full, let minute = batch.minutes.last?.minute {
                    try? database.prune(at: minute)
                }
                throw error
            }
            if let minute = batch.minutes.last?.minute { try database.prune(at: minute) }
            try measure(database)
        }
        return dropped
    }

    /// Runs `body` with the database, which is opened where it is not. One that turns out to be damaged is moved aside,
    /// and `body` runs again with a new one; one that was replaced is opened anew.
    private func use(
        _ store: inout StateDatabase?, _ body: (StateDatabase) throws(StateError) -> Void
    ) throws(StateError) {
        do {
            return try body(try opened(&store))
        } catch {
            guard let database = store else { throw error }
            let folder = database.folder
            if error.isDamage {
                // Closed before its file gets another name: closing removes the log by its name.
                store = nil
                store = try announced(
                    StateDatabase(
                        replacing: error, in: folder, settings: settings, schema: schema,
                        unixSeconds: HostClock.unixSeconds()))
            } else if case .replaced = error {
                log.warning("\(error)")
                store = nil
            } else {
                throw error
            }
        }
        try body(try opened(&store))
    }

    private func opened(_ store: inout StateDatabase?) throws(StateError) -> StateDatabase {
        if let store { return store }
        let database = try announced(
            StateDatabase(folder: folder, settings: settings, schema: schema, unixSeconds: HostClock.unixSeconds()))
        store = database
        return database
    }

    private func announced(_ database: StateDatabase) -> StateDatabase {
        for notice in database.notices { log.warning("\(notice)") }
        if database.isRebuilt { shared.withLock { $0.rebuilds += 1 } }
        return database
    }

    private func measure(_ database: StateDatabase) throws(StateError) {
        let size = database.database.fileBytes
        let count = try asStateError { () throws(DatabaseError) in try database.countSeries() }
        shared.withLock {
            $0.sizeBytes = size
            $0.seriesCount = count
        }
    }

    private func fail(_ error: StateError) {
        tell(shared.withLock { $0.health.failed(error, at: HostClock.monotonicSeconds()) })
    }

    private func tell(_ notice: StateHealth.Notice?) {
        switch notice {
        case .failing(let reason):
            log.warning(
                "the state is not kept: \(reason). Everything goes on in memory, and it is tried again every \(Int(StateLimits.retrySeconds)) s"
            )
        case .worksAgain: log.info("the state is kept again in \(folder)")
        case nil: break
        }
    }
}
