import Platform

/// NVML without a library: it answers what a test says, and NOT_SUPPORTED to all else.
final class FakeNVML: NVML {
    struct Script: Sendable {
        var deviceCount = 1
        /// What each function answers instead, by its name or by its name and the GPU ("nvmlDeviceGetName 1").
        var failures: [String: NVMLReturn] = [:]
        var numbers: [NVMLNumber: Double] = [:]
        var masks: [NVMLNumber: UInt64] = [:]
        var pairs: [NVMLPair: [UInt32]] = [:]
        var memory: [NVMLMemoryForm: NVMLMemory] = [:]
        var fields: [NVMLField: Result<Double, NVMLReturn>] = [:]
        var samples: [NVMLSampleKind: [NVMLSample]] = [:]
        var processes: [NVMLProcessForm: [NVMLProcessKind: [NVMLProcess]]] = [:]
        var shares: [NVMLProcessUtilization] = []
        /// GPU instance and compute instance by index.
        var instances: [Int: GPUInstanceIDs] = [:]
        var performance: [UInt32: Double] = [:]
        var events: [NVMLEvent] = []
        /// Whether a call that names a field which is not in `fields` fails as a whole.
        var refusesUnknownFields = false
        /// The function that does not come back, until this is set to another.
        var hangs: String?
    }

    struct GPUInstanceIDs: Sendable {
        let gpu: UInt32
        let compute: UInt32
    }

    private struct State: Sendable {
        var script: Script
        var calls: [String] = []
        var samplesOpen: Set<UInt> = []
        var samplesMade: UInt = 0
    }

    private let state: Locked<State>

    init(_ script: Script = Script()) { state = Locked(State(script: script)) }

    func change(_ change: (inout Script) -> Void) { state.withLock { change(&$0.script) } }

    /// The functions that were called, in order, each with the GPU that it was about.
    var calls: [String] { state.withLock { $0.calls } }
    /// The performance samples that nobody freed yet, and how many there were.
    var openSampleCount: Int { state.withLock { $0.samplesOpen.count } }
    var sampleCount: UInt { state.withLock { $0.samplesMade } }

    func count(_ call: String) -> Int { calls.count { $0 == call || $0.hasPrefix(call + " ") } }

    static func device(_ index: Int) -> NVMLDevice { NVMLDevice(handle: UInt(1000 + index)) }

    private func index(_ device: NVMLDevice) -> Int { Int(device.handle) % 1000 }

    /// Notes the call; throws what the script says of it.
    private func script(_ function: String, _ device: NVMLDevice? = nil) throws(NVMLReturn) -> Script {
        let call = device.map { "\(function) \(index($0))" } ?? function
        state.withLock { $0.calls.append(call) }
        while state.withLock({ $0.script.hangs == function }) { Moment.pass() }
        let script = state.withLock { $0.script }
        if let code = script.failures[call] ?? script.failures[function] { throw code }
        return script
    }

    private func known<Value>(_ value: Value?) throws(NVMLReturn) -> Value {
        guard let value else { throw .notSupported }
        return value
    }

    func initialize() throws(NVMLReturn) { _ = try script("nvmlInit") }
    func shutdown() throws(NVMLReturn) { _ = try script("nvmlShutdown") }
    func driverVersion() throws(NVMLReturn) -> String { "570.1" }
    func libraryVersion() throws(NVMLReturn) -> String { "12.570.1" }
    func deviceCount() throws(NVMLReturn) -> Int { try script("nvmlDeviceGetCount").deviceCount }

    func device(at index: Int) throws(NVMLReturn) -> NVMLDevice {
        let device = Self.device(index)
        _ = try script("nvmlDeviceGetHandleByIndex", device)
        return device
    }

    func text(_ question: NVMLText, of device: NVMLDevice) throws(NVMLReturn) -> String {
        _ = try script(question.rawValue, device)
        return "\(question)-\(index(device))"
    }

    func number(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> Double {
        let script = try script(question.symbol, device)
        if device.handle >= 5000, let ids = script.instances[Int(device.handle) - 5000] {
            if question == .gpuInstance { return Double(ids.gpu) }
            if question == .computeInstance { return Double(ids.compute) }
        }
        return try known(script.numbers[question])
    }

    func mask(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> UInt64 {
        try known(try script(question.symbol, device).masks[question])
    }

    func pair(_ question: NVMLPair, of device: NVMLDevice) throws(NVMLReturn) -> (UInt32, UInt32) {
        let pair = try known(try script(question.rawValue, device).pairs[question])
        return (pair[0], pair[1])
    }

    func memory(_ form: NVMLMemoryForm, of device: NVMLDevice) throws(NVMLReturn) -> NVMLMemory {
        try known(try script("nvmlDeviceGetMemoryInfo" + form.rawValue, device).memory[form])
    }

    func fields(_ fields: [NVMLField], of device: NVMLDevice) throws(NVMLReturn) -> [Result<Double, NVMLReturn>] {
        let script = try script("nvmlDeviceGetFieldValues", device)
        if script.refusesUnknownFields, fields.contains(where: { script.fields[$0] == nil }) { throw .invalidArgument }
        return fields.map { script.fields[$0] ?? .failure(.notSupported) }
    }

    func samples(
        _ kind: NVMLSampleKind, since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLSample] {
        let samples = try known(try script("nvmlDeviceGetSamples", device).samples[kind])
        let newer = samples.filter { $0.timestamp > timestamp }
        if newer.isEmpty { throw .notFound }
        return newer
    }

    func cpuAffinity(of device: NVMLDevice) throws(NVMLReturn) -> [Int] {
        _ = try script("nvmlDeviceGetCpuAffinity", device)
        return [0, 1]
    }

    func processes(
        _ kind: NVMLProcessKind, _ form: NVMLProcessForm, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcess] {
        let name = "nvmlDeviceGet\(kind.rawValue)RunningProcesses\(form.rawValue)"
        return try known(try script(name, device).processes[form]?[kind])
    }

    func processUtilization(
        since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcessUtilization] {
        let shares = try script("nvmlDeviceGetProcessUtilization", device).shares.filter { $0.timestamp > timestamp }
        if shares.isEmpty { throw .notFound }
        return shares
    }

    func migDevice(at index: Int, of device: NVMLDevice) throws(NVMLReturn) -> NVMLDevice {
        guard try script("nvmlDeviceGetMigDeviceHandleByIndex", device).instances[index] != nil else { throw .notFound }
        return NVMLDevice(handle: UInt(5000 + index))
    }

    func multiprocessorCount(of device: NVMLDevice) throws(NVMLReturn) -> Int {
        _ = try script("nvmlDeviceGetAttributes", device)
        return 42
    }

    func supportsPerformanceMetrics(_ device: NVMLDevice) throws(NVMLReturn) -> Bool {
        !(try script("nvmlGpmQueryDeviceSupport", device).performance.isEmpty)
    }

    func performanceSample(of device: NVMLDevice, gpuInstance: UInt32?) throws(NVMLReturn) -> NVMLPerformanceSample {
        _ = try script(gpuInstance == nil ? "nvmlGpmSampleGet" : "nvmlGpmMigSampleGet", device)
        return state.withLock { state in
            state.samplesMade += 1
            state.samplesOpen.insert(state.samplesMade)
            return NVMLPerformanceSample(handle: state.samplesMade)
        }
    }

    func free(_ sample: NVMLPerformanceSample) { state.withLock { _ = $0.samplesOpen.remove(sample.handle) } }

    func performanceMetrics(
        _ metrics: [UInt32], from first: NVMLPerformanceSample, to second: NVMLPerformanceSample
    ) throws(NVMLReturn) -> [Double?] {
        let script = try script("nvmlGpmMetricsGet")
        return metrics.map { script.performance[$0] }
    }

    func eventSet() throws(NVMLReturn) -> NVMLEventSet {
        _ = try script("nvmlEventSetCreate")
        return NVMLEventSet(handle: 1)
    }

    func free(_ set: NVMLEventSet) { _ = try? script("nvmlEventSetFree") }

    func register(_ types: UInt64, of device: NVMLDevice, in set: NVMLEventSet) throws(NVMLReturn) {
        _ = try script("nvmlDeviceRegisterEvents", device)
    }

    /// Waits a moment, not the whole time: a test ends sooner.
    func wait(for set: NVMLEventSet, milliseconds: UInt32) throws(NVMLReturn) -> NVMLEvent? {
        _ = try script("nvmlEventSetWait")
        let event = state.withLock { $0.script.events.isEmpty ? nil : $0.script.events.removeFirst() }
        if event == nil, milliseconds > 0 { Moment.pass() }
        return event
    }
}
