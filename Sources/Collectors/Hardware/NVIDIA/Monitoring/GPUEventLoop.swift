import Platform

/// Waits for events of the GPUs, on a thread of its own.
struct GPUEventLoop: Sendable {
    /// How long one wait lasts, and so how long the end of the thread may take.
    static let waitMilliseconds: UInt32 = 1_000
    /// The most events that are taken in one turn, and the pause after it: a GPU whose clocks change all the time must
    /// not wake this thread all the time.
    static let eventsPerTurn = 256
    static let turnPauseSeconds = 0.1
    /// The pauses after a wait that failed.
    private static let failurePauseSecondsMax = 60.0

    static let wanted =
        NVMLEventType.xid | NVMLEventType.clock | NVMLEventType.performanceState | NVMLEventType.eccCorrected
        | NVMLEventType.eccUncorrected | NVMLEventType.powerSource

    /// How many turns lie between two attempts at a GPU that could not be registered, and the seconds after which it is
    /// looked for others where no GPU tells events.
    static let turnsBetweenAttempts = 60
    static let lookSeconds = 60.0

    let nvml: any NVML
    let watch: GPUCallWatch
    /// The GPUs to wait for, by index. Asked before each wait: some come later.
    let devices: @Sendable () -> [Int: NVMLDevice]
    /// Takes an event and the index of its GPU.
    let onEvent: @Sendable (NVMLEvent, Int) -> Void
    let onState: @Sendable (GPUEventsState) -> Void
    let onNote: @Sendable (CollectorNote.Level, String) -> Void
    /// Sleeps; false when the thread is to end.
    let pause: @Sendable (Double) -> Bool
    /// Whether NVML may still be called after the loop's end.
    let mayCall: @Sendable () -> Bool

    /// How the waiting with one set of events ended.
    private enum End {
        /// For good.
        case done
        /// Another set should be made.
        case again
        /// No GPU of these can tell events.
        case nobody([Int: NVMLDevice])
    }

    func run() {
        var pauseSeconds = 1.0
        var named: Set<Int> = []
        while true {
            var wasWell = false
            switch watchOneSet(&named, &wasWell) {
            case .done: return
            case .nobody(let tried):
                while devices() == tried { guard pause(Self.lookSeconds) else { return } }
            case .again:
                if wasWell { pauseSeconds = 1 }
                guard pause(pauseSeconds) else { return }
                pauseSeconds = min(pauseSeconds * 2, Self.failurePauseSecondsMax)
            }
        }
    }

    /// Waits with one set of events. Another one should be made when this one could not be, or when a GPU in it was
    /// lost, after which the driver tells the set's other GPUs no events either.
    private func watchOneSet(_ named: inout Set<Int>, _ wasWell: inout Bool) -> End {
        do {
            let set = try watch.during("nvmlEventSetCreate") { () throws(NVMLReturn) in try nvml.eventSet() }
            defer {
                if mayCall() { watch.during("nvmlEventSetFree") { nvml.free(set) } }
            }
            var roster = GPUEventRoster()
            let tried = devices()
            try register(tried, &roster, in: set, &named)
            guard !roster.watched.isEmpty else {
                onState(roster.hasTrouble ? .failing : .unsupported)
                return roster.hasTrouble ? .again : .nobody(tried)
            }
            onState(.watching)
            return try wait(for: set, &roster, &named, &wasWell)
        } catch {
            let isUnsupported = NVMLMeaning(error) == .unsupported
            onState(isUnsupported ? .unsupported : .failing)
            onNote(.warning, "events of GPUs are not seen: \(error)")
            return NVMLMeaning(error) == .trouble ? .again : .done
        }
    }

    // MARK: Registering

    /// Adds the GPUs that the set does not have yet. One that cannot be must not keep the others from it.
    private func register(
        _ devices: [Int: NVMLDevice], _ roster: inout GPUEventRoster, in set: NVMLEventSet, _ named: inout Set<Int>
    ) throws(NVMLReturn) {
        var refused: [NVMLReturn: [Int]] = [:]
        for (gpu, device) in roster.due(of: devices) {
            do {
                try register(device, gpu, in: set)
                roster.watch(device, gpu: gpu)
            } catch {
                guard NVMLMeaning(error) != .mismatch, NVMLMeaning(error) != .driverGone else { throw error }
                roster.refuse(device, error)
                // That a GPU is lost is said by whoever asks it.
                if NVMLMeaning(error) != .deviceLost, named.insert(gpu).inserted {
                    refused[error, default: []].append(gpu)
                }
            }
        }
        for (code, gpus) in refused.sorted(by: { $0.value[0] < $1.value[0] }) {
            let title = (gpus.count == 1 ? "GPU " : "GPUs ") + gpus.map(String.init).joined(separator: ", ")
            onNote(
                NVMLMeaning(code) == .unsupported ? .info : .warning,
                "\(title): events such as Xid errors are not seen: \(code)")
        }
    }

    private func register(_ device: NVMLDevice, _ gpu: Int, in set: NVMLEventSet) throws(NVMLReturn) {
        let supported = try watch.during(NVMLNumber.supportedEvents.symbol, gpu: gpu) {
            () throws(NVMLReturn) in try nvml.mask(.supportedEvents, of: device)
        }
        guard supported & Self.wanted != 0 else { throw .notSupported }
        try watch.during("nvmlDeviceRegisterEvents", gpu: gpu) { () throws(NVMLReturn) in
            try nvml.register(supported & Self.wanted, of: device, in: set)
        }
    }

    // MARK: Waiting

    private func wait(
        for set: NVMLEventSet, _ roster: inout GPUEventRoster, _ named: inout Set<Int>, _ wasWell: inout Bool
    ) throws(NVMLReturn) -> End {
        var failurePause = 1.0
        var isWatching = true
        var turns = 0
        while pause(0) {
            turns += 1
            if turns.isMultiple(of: Self.turnsBetweenAttempts) { roster.forgetTrouble() }
            try register(devices(), &roster, in: set, &named)
            do {
                let hadEvents = try turn(set, roster)
                if !isWatching { onState(.watching) }
                (isWatching, failurePause, wasWell) = (true, 1, true)
                if hadEvents, !pause(Self.turnPauseSeconds) { return .done }
            } catch {
                switch NVMLMeaning(error) {
                case .deviceLost: return .again
                case .mismatch:
                    onState(.failing)
                    return .done
                default: break
                }
                if isWatching {
                    onState(.failing)
                    onNote(.warning, "waiting for events of GPUs fails: \(error)")
                }
                isWatching = false
                guard pause(failurePause) else { return .done }
                failurePause = min(failurePause * 2, Self.failurePauseSecondsMax)
            }
        }
        return .done
    }

    /// Waits for an event and takes all that came with it. False when there was none.
    private func turn(_ set: NVMLEventSet, _ roster: GPUEventRoster) throws(NVMLReturn) -> Bool {
        var timeout = Self.waitMilliseconds
        for taken in 0..<Self.eventsPerTurn {
            let event = try watch.during("nvmlEventSetWait") { () throws(NVMLReturn) in
                try nvml.wait(for: set, milliseconds: timeout)
            }
            guard let event else { return taken > 0 }
            if let gpu = roster.watched[event.device] { onEvent(event, gpu) }
            timeout = 0
        }
        return true
    }
}
