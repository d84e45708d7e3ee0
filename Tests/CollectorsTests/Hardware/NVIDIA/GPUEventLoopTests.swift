import Platform
import Testing

@testable import Collectors

@Suite("Events of GPUs")
struct GPUEventLoopTests {
    @Test("go on for the other GPUs when one of the set is lost")
    func lost() {
        let nvml = FakeNVML(
            FakeNVML.Script(
                deviceCount: 2, failures: ["nvmlEventSetWait": .gpuIsLost],
                masks: [.supportedEvents: NVMLEventType.xid]))
        let seen = Locked<[Int]>([])
        let pauses = Locked<[Double]>([])
        let loop = GPUEventLoop(
            nvml: nvml, watch: GPUCallWatch(clock: { 0 }), devices: [0: FakeNVML.device(0), 1: FakeNVML.device(1)],
            onEvent: { _, gpu in seen.withLock { $0.append(gpu) } }, onState: { _, _ in },
            pause: { seconds in
                let isFirst = pauses.withLock { pauses in
                    if seconds > 0 { pauses.append(seconds) }
                    return seconds > 0 && pauses.count == 1
                }
                if isFirst {
                    nvml.change {
                        $0.failures = ["nvmlDeviceRegisterEvents 1": .gpuIsLost]
                        $0.events = [NVMLEvent(device: FakeNVML.device(0), type: NVMLEventType.xid, data: 79)]
                    }
                }
                return seen.withLock { $0.isEmpty }
            }, mayCall: { true })
        loop.run()
        #expect(seen.withLock { $0 } == [0])
        #expect(nvml.count("nvmlEventSetCreate") == 2 && nvml.count("nvmlEventSetFree") == 2)
        #expect(pauses.withLock { $0.first } == 1)
    }
}
