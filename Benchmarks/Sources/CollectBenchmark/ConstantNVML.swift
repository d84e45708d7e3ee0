import Collectors
import Floor
import Platform

/// Eight GPUs with 18 NVLinks each whose driver answers at once: what asking them costs, not what the driver does.
///
/// Passes follow each other at once, and each moves the clock on by a second; the CPU between them is noted.
final class ConstantNVML: NVML {
    static let deviceCount = 8
    private static let passes = 300

    private struct State: Sendable {
        var ahead = 0.0
        var begun: Double?
        var microseconds: [Double] = []
    }

    private let state = Locked(State())
    private let done = Answer<Bool>()

    /// The median of the passes, and their mean, which has those in it that ask for everything: microseconds.
    static func measure() throws -> (median: Double, mean: Double) {
        let nvml = ConstantNVML()
        let monitor = GPUMonitor(
            clock: { HostClock.monotonicSeconds() + nvml.state.withLock { $0.ahead } }, unixClock: { 0 },
            open: { _ throws(DynamicLibraryError) in nvml })
        try monitor.start(intervalSeconds: 1e-6)
        _ = nvml.done.wait(seconds: 60)
        monitor.stop()
        let all = nvml.state.withLock { $0.microseconds }
        guard !all.isEmpty else { return (0, 0) }
        return (median(all), all.reduce(0, +) / Double(all.count))
    }

    /// Called once in each pass.
    private func pass() {
        let used = floor_cpu_seconds() * 1e6
        let isDone = state.withLock { state in
            if let begun = state.begun { state.microseconds.append(used - begun) }
            state.begun = used
            state.ahead += 1
            return state.microseconds.count == Self.passes
        }
        if isDone { done.give(true) }
    }

    func initialize() throws(NVMLReturn) {}
    func shutdown() throws(NVMLReturn) {}
    func driverVersion() throws(NVMLReturn) -> String { "570.86.15" }
    func libraryVersion() throws(NVMLReturn) -> String { "12.570" }
    func deviceCount() throws(NVMLReturn) -> Int { Self.deviceCount }
    func device(at index: Int) throws(NVMLReturn) -> NVMLDevice { NVMLDevice(handle: UInt(index + 1)) }
    func text(_ question: NVMLText, of device: NVMLDevice) throws(NVMLReturn) -> String { "NVIDIA H100 80GB HBM3" }

    func number(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> Double {
        if question == .performanceState, device.handle == Self.deviceCount { pass() }
        return 1
    }

    func mask(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> UInt64 { 4 }
    func pair(_ question: NVMLPair, of device: NVMLDevice) throws(NVMLReturn) -> (UInt32, UInt32) {
        if question == .migMode { throw .notSupported }
        return (1, 1)
    }

    func memory(_ form: NVMLMemoryForm, of device: NVMLDevice) throws(NVMLReturn) -> NVMLMemory {
        NVMLMemory(total: 80 << 30, free: 8 << 30, used: 71 << 30, reserved: 1 << 30)
    }

    func fields(_ fields: [NVMLField], of device: NVMLDevice) throws(NVMLReturn) -> [Result<Double, NVMLReturn>] {
        fields.map { .success($0.id == 91 ? 18 : 1) }
    }

    func samples(
        _ kind: NVMLSampleKind, since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLSample] {
        (1...6).map { NVMLSample(timestamp: timestamp + $0, value: 50) }
    }

    func cpuAffinity(of device: NVMLDevice) throws(NVMLReturn) -> [Int] { Array(0..<64) }

    func processes(
        _ kind: NVMLProcessKind, _ form: NVMLProcessForm, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcess] {
        (1...4).map { NVMLProcess(pid: UInt32(device.handle) * 10 + $0, memoryBytes: 1 << 30) }
    }

    func processUtilization(
        since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcessUtilization] { throw .notFound }

    func migDevice(at index: Int, of device: NVMLDevice) throws(NVMLReturn) -> NVMLDevice { throw .notFound }
    func multiprocessorCount(of device: NVMLDevice) throws(NVMLReturn) -> Int { throw .notSupported }
    func supportsPerformanceMetrics(_ device: NVMLDevice) throws(NVMLReturn) -> Bool { false }

    func performanceSample(of device: NVMLDevice, gpuInstance: UInt32?) throws(NVMLReturn) -> NVMLPerformanceSample {
        throw .notSupported
    }

    func free(_ sample: NVMLPerformanceSample) {}

    func performanceMetrics(
        _ metrics: [UInt32], from first: NVMLPerformanceSample, to second: NVMLPerformanceSample
    ) throws(NVMLReturn) -> [Double?] { throw .notSupported }

    func eventSet() throws(NVMLReturn) -> NVMLEventSet { throw .notSupported }
    func free(_ set: NVMLEventSet) {}
    func register(_ types: UInt64, of device: NVMLDevice, in set: NVMLEventSet) throws(NVMLReturn) {}
    func wait(for set: NVMLEventSet, milliseconds: UInt32) throws(NVMLReturn) -> NVMLEvent? { nil }
}
