public import Platform

/// Asks the GPUs on threads of its own, and keeps what they last answered.
///
/// A call of the driver may last minutes: nobody but these threads ever waits for it. ``snapshot()`` takes a short
/// lock, ``stop(isFinal:)`` waits some seconds at the most and then leaves the threads to the driver.
public final class GPUMonitor: GPUSource {
    /// The collector that shows what was found, and how often the GPUs are asked unless the configuration says
    /// otherwise.
    public static let collectorID = NVIDIACollector.id
    public static let defaultInterval = NVIDIACollector.defaultInterval

    /// A call that lasts longer counts as hanging.
    static let hangingSeconds = 5.0
    /// How long ``start(intervalSeconds:)`` waits for the library.
    static let startSeconds = 0.5
    /// How long ``stop(isFinal:)`` waits for the threads before the process ends: one that is killed in a call of the
    /// driver can leave a GPU unusable.
    static let stopSeconds = 5.0
    /// How long when the process goes on, and its threads can end later.
    static let pauseSeconds = 2.0

    /// Opens the library; what is thrown is a state, not a failure.
    public typealias Open = @Sendable (_ path: String) throws(DynamicLibraryError) -> any NVML

    private let path: String
    private let isNamed: Bool
    private let open: Open
    private let clock: @Sendable () -> Double
    private let unixClock: @Sendable () -> Double
    private let onNote: @Sendable (CollectorNote) -> Void
    private let board: GPUBoard
    private let session = Locked<GPUSession?>(nil)

    /// - Parameters:
    ///   - path: of the library, or its name; nil for ``NVMLLibrary/soname``, whose absence is then no news.
    ///   - clock: seconds of a monotonic clock.
    ///   - unixClock: seconds since 1970.
    ///   - onNote: takes what should be logged; called on the monitor's threads.
    public init(
        library path: String? = nil, clock: @escaping @Sendable () -> Double,
        unixClock: @escaping @Sendable () -> Double,
        open: @escaping Open = { path throws(DynamicLibraryError) in try NVMLLibrary(path: path) },
        onNote: @escaping @Sendable (CollectorNote) -> Void = { _ in }
    ) {
        self.path = path ?? NVMLLibrary.soname
        isNamed = path != nil
        self.open = open
        self.clock = clock
        self.unixClock = unixClock
        self.onNote = onNote
        board = GPUBoard(clock: clock)
    }

    /// Begins to ask every `intervalSeconds`, or goes on with another interval. Waits a moment until it is known
    /// whether there is a library, so that a host without GPUs is known as one from the first pass on.
    public func start(intervalSeconds: Double) throws(DaemonThread.StartError) {
        try session.withLock { session throws(DaemonThread.StartError) in
            if let session, !session.isStopping {
                session.setInterval(seconds: intervalSeconds)
                return
            }
            session = try GPUSession(
                path: path, isNamed: isNamed, intervalSeconds: intervalSeconds, after: session, board: board,
                clock: clock, unixClock: unixClock, open: open, onNote: onNote)
        }
        _ = board.libraryAnswer.wait(seconds: Self.startSeconds)
    }

    /// Ends the threads, or leaves them where the driver does not let them go. Later ``start(intervalSeconds:)`` may
    /// begin anew.
    ///
    /// - Parameter isFinal: the process ends after it.
    public func stop(isFinal: Bool = true) {
        // The lock is not held while waiting.
        guard let session = session.withLock({ $0 }) else { return }
        session.stop(seconds: isFinal ? Self.stopSeconds : Self.pauseSeconds)
        board.show(GPUDriverStatus(), [])
    }

    public func snapshot() -> GPUSnapshot { board.snapshot(hangingSeconds: Self.hangingSeconds) }

    /// The first snapshot in which the driver has answered, or failed; whatever there is after `seconds`.
    public func firstSnapshot(withinSeconds seconds: Double) -> GPUSnapshot {
        _ = board.firstAnswer.wait(seconds: seconds)
        return snapshot()
    }
}
