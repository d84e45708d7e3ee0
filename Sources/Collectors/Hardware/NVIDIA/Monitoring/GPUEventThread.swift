import Platform
import Synchronization

/// The thread of a ``GPUEventLoop``.
final class GPUEventThread: Sendable {
    /// A wait lasts a second; a thread that needs longer is in the driver.
    private static let endSeconds = 1.5

    private let endAsked: Answer<Bool>
    private let ended: Answer<Bool>

    /// nil when there can be no thread.
    init?(
        nvml: any NVML, watch: GPUCallWatch, devices: @escaping @Sendable () -> [Int: NVMLDevice],
        onEvent: @escaping @Sendable (NVMLEvent, Int) -> Void, onState: @escaping @Sendable (GPUEventsState) -> Void,
        onNote: @escaping @Sendable (CollectorNote.Level, String) -> Void, mayCall: @escaping @Sendable () -> Bool
    ) {
        let endAsked = Answer<Bool>()
        let ended = Answer<Bool>()
        let loop = GPUEventLoop(
            nvml: nvml, watch: watch, devices: devices, onEvent: onEvent, onState: onState, onNote: onNote,
            pause: { endAsked.wait(seconds: $0) == nil }, mayCall: mayCall)
        self.endAsked = endAsked
        self.ended = ended
        do {
            try DaemonThread(name: "nvml-events") {
                loop.run()
                ended.give(true)
            }.detach()
        } catch {
            onState(.failing)
            onNote(.warning, "events of GPUs are not seen: \(error)")
            return nil
        }
    }

    /// Whether the thread has ended; one that is in a call of the driver is left to it.
    func end() -> Bool {
        endAsked.give(true)
        return ended.wait(seconds: Self.endSeconds) != nil
    }
}
