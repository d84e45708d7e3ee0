import Platform

/// When the library is opened, initialised and asked, and what is said about it meanwhile. Decides; calls nothing
/// itself.
struct GPUDriverSchedule: Sendable {
    /// The pauses between attempts at a library that is missing or a driver that is not there.
    static let pauseSecondsMin = 30.0
    static let pauseSecondsMax = 300.0

    enum Step: Sendable, Equatable {
        case open
        case initialise
        case poll
        /// Nothing, ever: no call is safe any more.
        case leaveAlone
    }

    /// What to do at `dueSeconds`.
    private(set) var step = Step.open
    private(set) var dueSeconds: Double
    private(set) var status: GPUDriverStatus
    private var failures = 0
    private let path: String

    /// - Parameter isNamed: the configuration names the library.
    init(path: String, isNamed: Bool, at now: Double) {
        self.path = path
        dueSeconds = now
        status = GPUDriverStatus(state: .starting, sinceSeconds: now, isExpected: isNamed)
    }

    mutating func opened() {
        status.isExpected = true
        step = .initialise
    }

    mutating func failedToOpen(_ error: DynamicLibraryError, at now: Double) {
        switch error {
        case .missing: show(.libraryMissing, "\(error); it comes with NVIDIA's driver", at: now)
        case .unusable:
            status.isExpected = true
            show(.libraryUnusable, "\(error)", at: now)
        }
        putOff(at: now)
    }

    /// NVML is initialised and the GPUs are listed.
    mutating func started(driverVersion: String?, libraryVersion: String?, at now: Double) {
        status.driverVersion = driverVersion
        status.libraryVersion = libraryVersion
        show(.ok, nil, at: now)
        step = .poll
        dueSeconds = now
    }

    /// A pass ended well; the next is on the grid of intervals.
    mutating func polled(at now: Double, intervalSeconds: Double) {
        failures = 0
        dueSeconds += intervalSeconds
        if dueSeconds <= now { dueSeconds = now + intervalSeconds }
    }

    /// The next pass comes no later than one interval from now.
    mutating func hasten(at now: Double, intervalSeconds: Double) {
        if step == .poll { dueSeconds = min(dueSeconds, now + intervalSeconds) }
    }

    /// Initialising or a whole pass failed. Before the next attempt NVML is shut down, unless ``step`` says
    /// ``Step/leaveAlone``.
    mutating func failed(_ code: NVMLReturn, in function: String, at now: Double) {
        if NVMLMeaning(code) == .mismatch {
            step = .leaveAlone
            dueSeconds = .infinity
            return show(
                .versionMismatch,
                "\(function): \(code): the driver was replaced while this process runs; restart latencyd", at: now)
        }
        step = .initialise
        let (state, message) = Self.explain(code)
        show(state, "\(function): \(code)" + (message.isEmpty ? "" : ": " + message), at: now)
        putOff(at: now)
    }

    private static func explain(_ code: NVMLReturn) -> (GPUDriverState, String) {
        switch NVMLMeaning(code) {
        case .driverGone: (.driverNotLoaded, "NVIDIA's kernel modules are not loaded")
        case .denied: (.noPermission, "let the daemon's user open /dev/nvidiactl and /dev/nvidia*")
        case .blocked:
            (
                .blocked,
                "the kernel refused a device file; the unit needs DeviceAllow=char-nvidia* rw and must not have"
                    + " PrivateDevices=yes, a container needs the devices /dev/nvidiactl and /dev/nvidia*"
            )
        default: (.failing, "")
        }
    }

    private mutating func show(_ state: GPUDriverState, _ message: String?, at now: Double) {
        if status.state != state { status.sinceSeconds = now }
        status.state = state
        status.message = message
    }

    /// 30 s, then twice as long each time, up to 5 min.
    private mutating func putOff(at now: Double) {
        dueSeconds = now + min(Self.pauseSecondsMin * Double(1 << min(failures, 8)), Self.pauseSecondsMax)
        failures += 1
    }
}
