import Platform

/// What the threads last found out, for everybody else.
final class GPUBoard: Sendable {
    private struct Findings {
        var status = GPUDriverStatus()
        var devices: [GPUDevice] = []
        var tally = GPUEventTally()
        var events = GPUEventsState.off
    }

    private let findings = Locked(Findings())
    private let clock: @Sendable () -> Double
    /// The calls of the polling thread and of the one that waits for events.
    let pollWatch: GPUCallWatch
    let eventWatch: GPUCallWatch
    /// Given when it is known whether there is a library.
    let libraryAnswer = Answer<Bool>()
    /// Given when the driver has answered for the first time, or could not.
    let firstAnswer = Answer<Bool>()

    init(clock: @escaping @Sendable () -> Double) {
        self.clock = clock
        pollWatch = GPUCallWatch(clock: clock)
        eventWatch = GPUCallWatch(clock: clock)
    }

    func show(_ status: GPUDriverStatus, _ devices: [GPUDevice]) {
        findings.withLock {
            $0.status = status
            $0.devices = devices
        }
        guard status.state != .off, status.state != .starting else { return }
        libraryAnswer.give(true)
        firstAnswer.give(true)
    }

    func show(_ events: GPUEventsState) { findings.withLock { $0.events = events } }

    func count(_ event: NVMLEvent, gpu: Int, unixSeconds: Double) {
        findings.withLock { $0.tally.count(event, gpu: gpu, unixSeconds: unixSeconds) }
    }

    func snapshot(hangingSeconds: Double) -> GPUSnapshot {
        let findings = findings.withLock { $0 }
        let now = clock()
        var snapshot = GPUSnapshot(driver: findings.status, devices: findings.devices)
        for index in snapshot.devices.indices {
            snapshot.devices[index].events = findings.tally.events[snapshot.devices[index].index] ?? GPUEvents()
        }
        let isEventHanging =
            eventWatch.call(longerThan: hangingSeconds + Double(GPUEventLoop.waitMilliseconds) / 1000, at: now) != nil
        snapshot.driver.events = isEventHanging ? .hanging : findings.events
        // A call of a thread that was told to end concerns nobody.
        if findings.status.state != .off, let call = pollWatch.call(longerThan: hangingSeconds, at: now) {
            snapshot.hang(in: call)
        }
        return snapshot
    }
}

extension GPUSnapshot {
    /// Says that a call does not come back. What was read before is not repeated.
    mutating func hang(in call: GPUHangingCall) {
        driver.state = .hanging
        driver.isExpected = true
        driver.hangingCall = call
        driver.sinceSeconds = call.sinceSeconds
        let gpu = call.gpu.map { " on GPU \($0)" } ?? ""
        driver.message = "\(call.function)\(gpu) does not come back; look for Xid errors in the kernel log"
        for index in devices.indices { devices[index].readings = nil }
    }
}
