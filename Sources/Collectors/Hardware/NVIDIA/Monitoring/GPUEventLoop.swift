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

    let nvml: any NVML
    let watch: GPUCallWatch
    /// The GPUs to wait for, by index.
    let devices: [Int: NVMLDevice]
    /// Takes an event and the index of its GPU.
    let onEvent: @Sendable (NVMLEvent, Int) -> Void
    let onState: @Sendable (GPUEventsState, String?) -> Void
    /// Sleeps; false when the thread is to end.
    let pause: @Sendable (Double) -> Bool
    /// Whether NVML may still be called after the loop's end.
    let mayCall: @Sendable () -> Bool

    func run() {
        var pauseSeconds = 1.0
        while watchOneSet(), pause(pauseSeconds) {
            pauseSeconds = min(pauseSeconds * 2, Self.failurePauseSecondsMax)
        }
    }

    /// Waits with one set of events. True when another one should be made: this one could not be, or a GPU in it was
    /// lost, after which the driver tells the set's other GPUs no events either.
    private func watchOneSet() -> Bool {
        do {
            let set = try watch.during("nvmlEventSetCreate") { () throws(NVMLReturn) in try nvml.eventSet() }
            defer {
                if mayCall() { watch.during("nvmlEventSetFree") { nvml.free(set) } }
            }
            guard try register(in: set) else {
                onState(.unsupported, nil)
                return false
            }
            onState(.watching, nil)
            return wait(for: set)
        } catch {
            let isUnsupported = NVMLMeaning(error) == .unsupported
            onState(isUnsupported ? .unsupported : .failing, "events of GPUs are not seen: \(error)")
            return NVMLMeaning(error) == .trouble
        }
    }

    /// False when no GPU can tell events.
    private func register(in set: NVMLEventSet) throws(NVMLReturn) -> Bool {
        var isAny = false
        for (gpu, device) in devices.sorted(by: { $0.key < $1.key }) {
            do {
                let supported = try watch.during(NVMLNumber.supportedEvents.symbol, gpu: gpu) {
                    () throws(NVMLReturn) in try nvml.mask(.supportedEvents, of: device)
                }
                guard supported & Self.wanted != 0 else { continue }
                try watch.during("nvmlDeviceRegisterEvents", gpu: gpu) { () throws(NVMLReturn) in
                    try nvml.register(supported & Self.wanted, of: device, in: set)
                }
                isAny = true
            } catch {
                // One GPU that cannot must not keep the others from it.
                guard NVMLMeaning(error) == .mismatch || NVMLMeaning(error) == .driverGone else { continue }
                throw error
            }
        }
        return isAny
    }

    /// True when a GPU of the set was lost.
    private func wait(for set: NVMLEventSet) -> Bool {
        var failurePause = 1.0
        var isWatching = true
        while pause(0) {
            do {
                let hadEvents = try turn(set)
                if !isWatching { onState(.watching, nil) }
                (isWatching, failurePause) = (true, 1)
                if hadEvents, !pause(Self.turnPauseSeconds) { return false }
            } catch {
                switch NVMLMeaning(error) {
                case .deviceLost: return true
                case .mismatch:
                    onState(.failing, nil)
                    return false
                default: break
                }
                if isWatching { onState(.failing, "waiting for events of GPUs fails: \(error)") }
                isWatching = false
                guard pause(failurePause) else { return false }
                failurePause = min(failurePause * 2, Self.failurePauseSecondsMax)
            }
        }
        return false
    }

    /// Waits for an event and takes all that came with it. False when there was none.
    private func turn(_ set: NVMLEventSet) throws(NVMLReturn) -> Bool {
        var timeout = Self.waitMilliseconds
        for taken in 0..<Self.eventsPerTurn {
            let event = try watch.during("nvmlEventSetWait") { () throws(NVMLReturn) in
                try nvml.wait(for: set, milliseconds: timeout)
            }
            guard let event else { return taken > 0 }
            if let gpu = devices.first(where: { $0.value == event.device })?.key { onEvent(event, gpu) }
            timeout = 0
        }
        return true
    }
}
