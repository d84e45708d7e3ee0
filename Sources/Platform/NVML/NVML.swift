/// NVIDIA's management library as latencyd uses it; a fake takes its place in tests.
///
/// Every function may take minutes when the driver is in trouble. They may be called from several threads, except that
/// ``initialize()`` and ``shutdown()`` must not run beside any other.
/// A function that the library lacks gives `functionNotFound`.
public protocol NVML: Sendable {
    /// Succeeds on a host without GPUs, too.
    func initialize() throws(NVMLReturn)
    func shutdown() throws(NVMLReturn)

    func driverVersion() throws(NVMLReturn) -> String
    func libraryVersion() throws(NVMLReturn) -> String
    func deviceCount() throws(NVMLReturn) -> Int
    func device(at index: Int) throws(NVMLReturn) -> NVMLDevice

    func text(_ question: NVMLText, of device: NVMLDevice) throws(NVMLReturn) -> String
    /// Numbers are as the driver gives them: megahertz, milliwatts, nanoseconds, KB/s.
    func number(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> Double
    /// Bit masks, which are not numbers.
    func mask(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> UInt64
    func pair(_ question: NVMLPair, of device: NVMLDevice) throws(NVMLReturn) -> (UInt32, UInt32)
    func memory(_ form: NVMLMemoryForm, of device: NVMLDevice) throws(NVMLReturn) -> NVMLMemory
    /// One result per field, each with its own return code.
    func fields(
        _ fields: [NVMLField], of device: NVMLDevice
    ) throws(NVMLReturn) -> [Result<Double, NVMLReturn>]
    /// What the driver sampled after `timestamp`.
    func samples(
        _ kind: NVMLSampleKind, since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLSample]
    /// The numbers of the CPUs that are near.
    func cpuAffinity(of device: NVMLDevice) throws(NVMLReturn) -> [Int]

    func processes(
        _ kind: NVMLProcessKind, _ form: NVMLProcessForm, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcess]
    func processUtilization(
        since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcessUtilization]

    /// The MIG instance at `index` of a GPU; `notFound` where there is none.
    func migDevice(at index: Int, of device: NVMLDevice) throws(NVMLReturn) -> NVMLDevice
    /// Multiprocessors of a MIG instance.
    func multiprocessorCount(of device: NVMLDevice) throws(NVMLReturn) -> Int

    /// Whether the GPU has performance metrics (GPM), Hopper and later.
    func supportsPerformanceMetrics(_ device: NVMLDevice) throws(NVMLReturn) -> Bool
    /// Takes a sample, of a GPU or of one GPU instance of it. The caller frees it.
    func performanceSample(of device: NVMLDevice, gpuInstance: UInt32?) throws(NVMLReturn) -> NVMLPerformanceSample
    func free(_ sample: NVMLPerformanceSample)
    /// What lies between two samples; nil for a metric that this GPU lacks. More than 100 ms must lie there.
    func performanceMetrics(
        _ metrics: [UInt32], from first: NVMLPerformanceSample, to second: NVMLPerformanceSample
    ) throws(NVMLReturn) -> [Double?]

    func eventSet() throws(NVMLReturn) -> NVMLEventSet
    func free(_ set: NVMLEventSet)
    /// `types` are bits of ``NVMLEventType``.
    func register(_ types: UInt64, of device: NVMLDevice, in set: NVMLEventSet) throws(NVMLReturn)
    /// The next event, nil when none came in time.
    func wait(for set: NVMLEventSet, milliseconds: UInt32) throws(NVMLReturn) -> NVMLEvent?
}
