import Platform

/// Counts what happens on the GPUs. Decides nothing and forgets nothing while the daemon runs.
struct GPUEventTally: Sendable {
    /// The most different Xids of a GPU that are told apart; further ones count as events only.
    static let xidsMax = 256

    private(set) var events: [Int: GPUEvents] = [:]

    /// - Parameter unixSeconds: when the event was seen.
    mutating func count(_ event: NVMLEvent, gpu: Int, unixSeconds: Double) {
        events[gpu, default: GPUEvents()].counts[Self.kind(event.type), default: 0] += 1
        guard event.type == NVMLEventType.xid else { return }
        let instance = GPUInstance(gpuInstance: event.gpuInstance, computeInstance: event.computeInstance)
        var xids = events[gpu, default: GPUEvents()].xids
        if let index = xids.firstIndex(where: { $0.xid == event.data && $0.instance == instance }) {
            xids[index].count += 1
            xids[index].lastSeenSeconds = unixSeconds
        } else if xids.count < Self.xidsMax {
            xids.append(
                GPUXid(
                    xid: event.data, instance: instance, count: 1, firstSeenSeconds: unixSeconds,
                    lastSeenSeconds: unixSeconds))
        }
        events[gpu]?.xids = xids
    }

    static func kind(_ type: UInt64) -> GPUEventKind {
        switch type {
        case NVMLEventType.xid: .xid
        case NVMLEventType.clock: .clock
        case NVMLEventType.performanceState: .performanceState
        case NVMLEventType.eccCorrected: .eccCorrected
        case NVMLEventType.eccUncorrected: .eccUncorrected
        case NVMLEventType.powerSource: .powerSource
        default: .other
        }
    }
}
