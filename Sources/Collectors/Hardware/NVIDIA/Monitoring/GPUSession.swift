import Platform
import Synchronization

/// From a start to a stop of the asking: one thread that asks, and while there are GPUs one that waits for events.
final class GPUSession: Sendable {
    /// The longest sleep; a new interval is seen after it.
    private static let sleepSecondsMax = 5.0

    private let path: String
    private let board: GPUBoard
    private let clock: @Sendable () -> Double
    private let unixClock: @Sendable () -> Double
    private let open: GPUMonitor.Open
    private let onNote: @Sendable (CollectorNote) -> Void
    private let isNamed: Bool
    private let intervalSeconds: Locked<Double>
    private let stopAsked = Answer<Bool>()
    private let stopping = Atomic(false)
    private let ended = Answer<Bool>()
    /// The GPUs whose events are waited for.
    private let eventDevices = Locked<[Int: NVMLDevice]>([:])
    // Set when no call of NVML is safe any more.
    private let isLeftAlone = Atomic(false)

    /// - Parameter before: the session before, which may still be in a call; its end is waited for on the new thread.
    init(
        path: String, isNamed: Bool, intervalSeconds: Double, after before: GPUSession?, board: GPUBoard,
        clock: @escaping @Sendable () -> Double, unixClock: @escaping @Sendable () -> Double,
        open: @escaping GPUMonitor.Open, onNote: @escaping @Sendable (CollectorNote) -> Void
    ) throws(DaemonThread.StartError) {
        self.path = path
        self.isNamed = isNamed
        self.board = board
        self.clock = clock
        self.unixClock = unixClock
        self.open = open
        self.onNote = onNote
        self.intervalSeconds = Locked(intervalSeconds)
        board.show(GPUDriverStatus(state: .starting, sinceSeconds: clock(), isExpected: isNamed), [])
        try DaemonThread(name: "nvml") { [self] in
            defer { ended.give(true) }
            while let before, before.ended.wait(seconds: 0.5) == nil {
                if stopping.load(ordering: .acquiring) { return }
            }
            run()
        }.detach()
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func setInterval(seconds: Double) { intervalSeconds.withLock { $0 = seconds } }

    func stop(seconds: Double) {
        stopping.store(true, ordering: .releasing)
        stopAsked.give(true)
        // A thread in a call of the driver is left to it: it ends when the call does.
        _ = ended.wait(seconds: seconds)
    }

    /// Sleeps. False when the session is to end.
    private func pause(seconds: Double) -> Bool {
        guard !isStopping else { return false }
        return seconds <= 0 || stopAsked.wait(seconds: min(seconds, 3600)) == nil
    }

    // MARK: The asking thread

    private func run() {
        var schedule = GPUDriverSchedule(path: path, isNamed: isNamed, at: clock())
        var nvml: (any NVML)?
        var poller: GPUPoller?
        var events: GPUEventThread?
        while pause(seconds: min(schedule.dueSeconds - clock(), Self.sleepSecondsMax)) {
            // A shorter interval counts at once, not after the long one.
            schedule.hasten(at: clock(), intervalSeconds: intervalSeconds.withLock { $0 })
            guard schedule.dueSeconds <= clock() else { continue }
            switch (schedule.step, nvml, poller) {
            case (.open, _, _): nvml = opened(&schedule)
            case (.initialise, let library?, _): poller = started(library, &schedule)
            case (.poll, let library?, var current?):
                // Taken out, so that the arrays in it are not copied.
                poller = nil
                if events == nil { events = eventThread(library, current) }
                let isWell = polled(&current, &schedule)
                showEventDevices(of: current)
                poller = isWell ? current : nil
                if !isWell { end(&events, library, schedule.step) }
            default: return
            }
            if schedule.step == .leaveAlone { break }
        }
        if let nvml, poller != nil { end(&events, nvml, schedule.step) }
    }

    private func opened(_ schedule: inout GPUDriverSchedule) -> (any NVML)? {
        do {
            let nvml = try board.pollWatch.during("dlopen") { () throws(DynamicLibraryError) in try open(path) }
            schedule.opened()
            // GPUs are expected from now on, however long the driver takes.
            if !isStopping { board.show(schedule.status, []) }
            board.libraryAnswer.give(true)
            return nvml
        } catch {
            let before = schedule.status.state
            schedule.failedToOpen(error, at: clock())
            show(schedule, after: before, [])
            return nil
        }
    }

    private func started(_ nvml: any NVML, _ schedule: inout GPUDriverSchedule) -> GPUPoller? {
        let watch = board.pollWatch
        let before = schedule.status.state
        do {
            try watch.during("nvmlInit") { () throws(NVMLReturn) in try nvml.initialize() }
        } catch {
            schedule.failed(error, in: "nvmlInit", at: clock())
            show(schedule, after: before, [])
            return nil
        }
        var poller = GPUPoller(nvml: nvml, watch: watch)
        do {
            try poller.list(at: clock())
        } catch {
            schedule.failed(error.code, in: error.function, at: clock())
            shutDown(nvml, schedule.step)
            show(schedule, after: before, [])
            return nil
        }
        schedule.started(
            driverVersion: try? watch.during("nvmlSystemGetDriverVersion") { () throws(NVMLReturn) in
                try nvml.driverVersion()
            },
            libraryVersion: try? watch.during("nvmlSystemGetNVMLVersion") { () throws(NVMLReturn) in
                try nvml.libraryVersion()
            },
            at: clock())
        let version = schedule.status.driverVersion ?? "of an unknown version"
        onNote(
            CollectorNote(
                collector: NVIDIACollector.id, level: .info,
                message: "collector nvidia: \(poller.units.count) GPUs, driver \(version)"))
        return poller
    }

    /// False when NVML must be initialised again, or left alone.
    private func polled(_ poller: inout GPUPoller, _ schedule: inout GPUDriverSchedule) -> Bool {
        let interval = intervalSeconds.withLock { $0 }
        var failure: GPUPassFailure?
        do {
            try poller.pass(at: clock(), intervalSeconds: interval) { [self] in pause(seconds: $0) }
        } catch {
            failure = error
        }
        for note in poller.takeNotes() { onNote(note) }
        guard let failure else {
            schedule.polled(at: clock(), intervalSeconds: interval)
            show(schedule, after: .ok, poller.devices)
            return true
        }
        schedule.failed(failure.code, in: failure.function, at: clock())
        var devices = poller.devices
        for index in devices.indices { devices[index].readings = nil }
        show(schedule, after: .ok, devices)
        return false
    }

    private func show(
        _ schedule: GPUDriverSchedule, after before: GPUDriverState, _ devices: [GPUDevice]
    ) {
        // Whoever stopped this session has shown that already.
        guard !isStopping else { return }
        board.show(schedule.status, devices)
        guard schedule.status.state != before, let message = schedule.status.message else { return }
        // That a host has no GPUs is what the collector says itself.
        guard schedule.status.isExpected else { return }
        onNote(CollectorNote(collector: NVIDIACollector.id, level: .warning, message: "collector nvidia: \(message)"))
    }

    // MARK: The end

    /// NVML is shut down only when no thread is in a call of it.
    private func end(_ events: inout GPUEventThread?, _ nvml: any NVML, _ step: GPUDriverSchedule.Step) {
        if step == .leaveAlone { isLeftAlone.store(true, ordering: .releasing) }
        let hasEnded = events?.end() ?? true
        events = nil
        board.show(GPUEventsState.off)
        if hasEnded { shutDown(nvml, step) }
    }

    private func shutDown(_ nvml: any NVML, _ step: GPUDriverSchedule.Step) {
        guard step != .leaveAlone else { return }
        try? board.pollWatch.during("nvmlShutdown") { () throws(NVMLReturn) in try nvml.shutdown() }
    }

    // MARK: The thread that waits for events

    /// A GPU may come later, or go.
    private func showEventDevices(of poller: GPUPoller) {
        var devices: [Int: NVMLDevice] = [:]
        for unit in poller.units where unit.device.condition == .ok { devices[unit.device.index] = unit.handle }
        eventDevices.withLock { if $0 != devices { $0 = devices } }
    }

    private func eventThread(_ nvml: any NVML, _ poller: GPUPoller) -> GPUEventThread? {
        showEventDevices(of: poller)
        guard !eventDevices.withLock({ $0.isEmpty }) else { return nil }
        return GPUEventThread(
            nvml: nvml, watch: board.eventWatch, devices: { [self] in eventDevices.withLock { $0 } },
            onEvent: { [board, unixClock] event, gpu in board.count(event, gpu: gpu, unixSeconds: unixClock()) },
            onState: { [board] state in board.show(state) },
            onNote: { [onNote] level, message in
                onNote(
                    CollectorNote(collector: NVIDIACollector.id, level: level, message: "collector nvidia: \(message)"))
            },
            mayCall: { [self] in !isLeftAlone.load(ordering: .acquiring) })
    }
}
