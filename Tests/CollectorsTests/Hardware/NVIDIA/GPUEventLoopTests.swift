import Platform
import Testing

@testable import Collectors

@Suite("Events of GPUs")
struct GPUEventLoopTests {
    /// A loop whose pauses a test sees and ends.
    private final class Bench: Sendable {
        let nvml: FakeNVML
        let devices: Locked<[Int: NVMLDevice]>
        let seen = Locked<[Int]>([])
        let states = Locked<[GPUEventsState]>([])
        let notes = Locked<[String]>([])
        let pauses = Locked<[Double]>([])

        init(_ gpus: Int, _ failures: [String: NVMLReturn] = [:]) {
            nvml = FakeNVML(
                FakeNVML.Script(
                    deviceCount: gpus, failures: failures, masks: [.supportedEvents: NVMLEventType.xid]))
            devices = Locked(Dictionary(uniqueKeysWithValues: (0..<gpus).map { ($0, FakeNVML.device($0)) }))
        }

        /// - Parameter goesOn: told how many pauses there were, those of no length too, and how long this one is.
        func run(_ goesOn: @escaping @Sendable (Int, Double) -> Bool) {
            let count = Locked(0)
            let loop = GPUEventLoop(
                nvml: nvml, watch: GPUCallWatch(clock: { 0 }), devices: { self.devices.withLock { $0 } },
                onEvent: { _, gpu in self.seen.withLock { $0.append(gpu) } },
                onState: { state in self.states.withLock { $0.append(state) } },
                onNote: { _, message in self.notes.withLock { $0.append(message) } },
                pause: { seconds in
                    if seconds > 0 { self.pauses.withLock { $0.append(seconds) } }
                    let paused = count.withLock { count in
                        count += 1
                        return count
                    }
                    return goesOn(paused, seconds)
                }, mayCall: { true })
            loop.run()
        }

        func tell(_ gpu: Int) {
            nvml.change { $0.events = [NVMLEvent(device: FakeNVML.device(gpu), type: NVMLEventType.xid, data: 79)] }
        }

        var hasSeenAny: Bool { seen.withLock { !$0.isEmpty } }
    }

    @Test("go on for the other GPUs when one of the set is lost")
    func lost() {
        let bench = Bench(2, ["nvmlEventSetWait": .gpuIsLost])
        bench.run { _, seconds in
            if seconds > 0, bench.pauses.withLock({ $0.count }) == 1 {
                bench.nvml.change { $0.failures = ["nvmlDeviceRegisterEvents 1": .gpuIsLost] }
                bench.tell(0)
            }
            return !bench.hasSeenAny
        }
        #expect(bench.seen.withLock { $0 } == [0])
        #expect(bench.nvml.count("nvmlEventSetCreate") == 2 && bench.nvml.count("nvmlEventSetFree") == 2)
        #expect(bench.pauses.withLock { $0.first } == 1)
        // Who asks the GPU says that it is lost.
        #expect(bench.notes.withLock { $0.isEmpty })
    }

    @Test("a set that worked is followed by the next one soon, ones that never did ever more seldom")
    func pauses() {
        let bench = Bench(1, ["nvmlEventSetCreate": .unknown])
        bench.run { _, seconds in
            let count = bench.pauses.withLock { $0.count }
            if seconds == 4 { bench.nvml.change { $0.failures = [:] } }
            // One good turn, then it fails again.
            if seconds == 0, bench.nvml.count("nvmlEventSetWait") == 1 {
                bench.nvml.change { $0.failures = ["nvmlEventSetWait": .gpuIsLost] }
            }
            return count < 4
        }
        #expect(bench.pauses.withLock { $0 } == [1, 2, 4, 1])
    }

    @Test("a GPU that comes later joins the set in use")
    func later() {
        let bench = Bench(1)
        bench.run { paused, _ in
            if paused == 3 {
                bench.devices.withLock { $0[1] = FakeNVML.device(1) }
                bench.tell(1)
            }
            return !bench.hasSeenAny
        }
        #expect(bench.seen.withLock { $0 } == [1])
        #expect(bench.nvml.count("nvmlEventSetCreate") == 1)
        #expect(bench.nvml.count("nvmlDeviceRegisterEvents") == 2)
    }

    @Test("what a GPU told before it went is counted")
    func gone() {
        let bench = Bench(2)
        bench.run { paused, _ in
            if paused == 3 {
                bench.devices.withLock { $0[1] = nil }
                bench.tell(1)
            }
            return !bench.hasSeenAny
        }
        #expect(bench.seen.withLock { $0 } == [1])
    }

    @Test(
        "a GPU that cannot be registered is named once, and tried again where that may help",
        arguments: [(NVMLReturn.notSupported, 1), (.noPermission, 1), (.unknown, 3), (.operatingSystem, 3)])
    func refused(code: NVMLReturn, attempts: Int) {
        let bench = Bench(2, ["nvmlDeviceRegisterEvents 1": code])
        bench.run { paused, _ in paused < 3 * GPUEventLoop.turnsBetweenAttempts - 10 }
        #expect(bench.notes.withLock { $0 } == ["GPU 1: events such as Xid errors are not seen: \(code)"])
        #expect(bench.nvml.count("nvmlDeviceRegisterEvents 1") == attempts)
        #expect(bench.states.withLock { $0 } == [.watching])
    }

    @Test("GPUs that tell none are named together, and others that come are waited for")
    func nobody() {
        let bench = Bench(2, ["nvmlDeviceRegisterEvents": .notSupported])
        bench.run { _, seconds in
            if seconds == GPUEventLoop.lookSeconds, bench.pauses.withLock({ $0.count }) == 3 {
                bench.nvml.change { $0.failures = ["nvmlDeviceRegisterEvents 1": .notSupported] }
                bench.devices.withLock { $0[2] = FakeNVML.device(2) }
                bench.tell(2)
            }
            return !bench.hasSeenAny
        }
        #expect(
            bench.notes.withLock { $0 } == [
                "GPUs 0, 1: events such as Xid errors are not seen: NOT_SUPPORTED (3)"
            ])
        #expect(bench.states.withLock { $0 } == [.unsupported, .watching])
        #expect(bench.nvml.count("nvmlEventSetCreate") == 2)
        #expect(bench.pauses.withLock { $0.prefix(3) } == [60, 60, 60])
    }
}
