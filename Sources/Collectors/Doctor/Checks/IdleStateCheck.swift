import Platform

/// Sleep states of CPUs that take long to leave.
///
/// Source: Documentation/admin-guide/pm/cpuidle.rst of the kernel: `latency` is the exit latency in microseconds,
/// `disable` is 1 for a state that is not used.
enum IdleStateCheck: HostCheck {
    static let id = "idle_states"
    static let title = "CPU idle states"

    /// States that are left faster are lost in the noise of the scheduler.
    static let latencyMicroseconds: Int64 = 100

    private struct State: Hashable {
        let name: String
        let microseconds: Int64
    }

    static func examine(_ examination: inout Examination) {
        var deep: [State: Int] = [:]
        var stateCount = 0
        for cpu in examination.entries(in: .sysfs("devices/system/cpu"), prefix: "cpu") {
            for state in examination.entries(in: cpu.path / "cpuidle", prefix: "state") {
                stateCount += 1
                guard let latency = examination.read(state.path / "latency", CheckText.number),
                    latency >= latencyMicroseconds,
                    examination.read(state.path / "disable", CheckText.number) == 0
                else { continue }
                let name = examination.read(state.path / "name", CheckText.line) ?? "state\(state.number)"
                deep[State(name: name, microseconds: latency), default: 0] += 1
            }
        }
        if stateCount == 0 { return examination.doesNotApply("no cpuidle; the hypervisor decides how CPUs sleep") }
        if deep.isEmpty { return examination.isGood("no state in use takes \(latencyMicroseconds) µs to leave") }
        let states = deep.sorted { $0.key.microseconds > $1.key.microseconds }
        let slowest = states[0].key
        examination.find(
            .warning, "idle CPUs sleep deeply: \(slowest.name) takes \(slowest.microseconds) µs to leave",
            evidence: states.map { "\($0.name): \($0.microseconds) µs, enabled on \(CheckText.count($1, "CPU"))" },
            why: "a CPU that waits for a GPU or a request falls asleep and answers that much later",
            remedy: [
                "sudo cpupower idle-set -D \(latencyMicroseconds - 1)    # until the next boot",
                "sudo tuned-adm profile latency-performance    # lasting, holds /dev/cpu_dma_latency",
            ])
    }
}
