/// Where a series lies in the store. Stays valid until the series expires; then it finds nothing.
public struct SeriesHandle: Sendable, Equatable {
    let slot: UInt32
    let generation: UInt32
}

/// Every pushed series and its state, within limits.
///
/// Not thread-safe: one lock around it is the owner's business. Work is offered in pieces (`Range` of slots), so that
/// a reader holds that lock for microseconds at a time, whatever the number of series.
public struct SeriesStore {
    /// What a series is. Counters and gauges are one number in their slot; larger states lie in arrays of their own.
    enum Kind: Sendable {
        case counter
        case gauge
        case set(Int)
        case timing(Int)
    }

    /// One place for a series; `labels` is nil when it is free.
    struct Slot: Sendable {
        var generation: UInt32 = 0
        var family: FamilyTable.ID = 0
        var sender: Int32 = 0
        var kind = Kind.counter
        var number = 0.0
        var lastValueSeconds = 0.0
        var createdSeconds = 0.0
        var labels: LabelSet?
    }

    private struct Key: Hashable {
        var family: FamilyTable.ID
        var labels: LabelSet
    }

    public private(set) var limits: SeriesLimits
    /// Series that were forgotten because no value came.
    public private(set) var expiredCount: UInt64 = 0
    /// Series that exist.
    public var seriesCount: Int { index.count }

    var slots: [Slot] = []
    var timings = Pool<TimingSeries>()
    var sets = Pool<SetSeries>()
    private(set) var families = FamilyTable()
    private var freeSlots: [UInt32] = []
    private var index: [Key: SeriesHandle] = [:]
    private var seriesPerSender: [Int32: Int] = [:]
    let secondsBounds: ClassicBounds
    /// Windows of the trailing minute.
    public let windowsMax: Int
    let windowSeconds: Double

    /// - Parameters:
    ///   - secondsBounds: classic buckets of histograms in seconds; other units have their own.
    ///   - windowSeconds: the length of a window; the trailing minute is 60 seconds of them.
    public init(
        limits: SeriesLimits = SeriesLimits(), secondsBounds: ClassicBounds = .seconds, windowSeconds: Double = 10
    ) {
        precondition(windowSeconds > 0 && windowSeconds <= 60)
        self.limits = limits
        self.secondsBounds = secondsBounds
        self.windowSeconds = windowSeconds
        windowsMax = max(1, Int((60 / windowSeconds).rounded()))
    }

    /// Takes new limits; series that exist beyond them stay until they expire.
    public mutating func setLimits(_ limits: SeriesLimits) { self.limits = limits }

    // MARK: Finding and making

    /// The series of `rawName`, `type` and `labels`, made when it is new and the limits allow.
    ///
    /// - Parameters:
    ///   - sender: the pushing process, 0 when the kernel did not name it.
    ///   - unixSeconds: the moment of creation, for a new series.
    ///   - nowSeconds: monotonic.
    public mutating func admit(
        rawName: String, name: PushedName, type: PushedType, labels: LabelSet, sender: Int32, unixSeconds: Double,
        nowSeconds: Double
    ) throws(DropReason) -> SeriesHandle {
        let family = try families.admit(rawName: rawName, name: name, type: type)
        let key = Key(family: family, labels: labels)
        if let handle = index[key] { return handle }
        do {
            try checkLimits(family: family, sender: sender)
        } catch {
            families.removeIfEmpty(family)
            throw error
        }
        let handle = takeSlot()
        index[key] = handle
        families.countSeries(family, by: 1)
        seriesPerSender[sender, default: 0] += 1
        slots[Int(handle.slot)] = Slot(
            generation: handle.generation, family: family, sender: sender, kind: makeState(type, unit: name.unit),
            lastValueSeconds: nowSeconds, createdSeconds: unixSeconds, labels: labels)
        return handle
    }

    private func checkLimits(family: FamilyTable.ID, sender: Int32) throws(DropReason) {
        if index.count >= limits.seriesMax { throw .maxSeries }
        if families.families[family]?.seriesCount ?? 0 >= limits.seriesPerMetricMax { throw .maxSeriesPerMetric }
        if seriesPerSender[sender] ?? 0 >= limits.seriesPerSenderMax { throw .maxSeriesPerSender }
    }

    private mutating func takeSlot() -> SeriesHandle {
        if let slot = freeSlots.popLast() {
            return SeriesHandle(slot: slot, generation: slots[Int(slot)].generation &+ 1)
        }
        slots.append(Slot())
        return SeriesHandle(slot: UInt32(slots.count - 1), generation: 1)
    }

    private mutating func makeState(_ type: PushedType, unit: MetricUnit) -> Kind {
        switch type {
        case .counter: .counter
        case .gauge: .gauge
        case .set: .set(sets.insert(SetSeries()))
        case .timing, .histogram:
            .timing(timings.insert(TimingSeries(classicBucketCount: bounds(of: unit).bounds.count + 1, unit: unit)))
        }
    }

    private mutating func removeState(_ kind: Kind) {
        switch kind {
        case .counter, .gauge: break
        case .set(let position): sets.remove(position)
        case .timing(let position): timings.remove(position)
        }
    }

    /// The classic buckets of histograms in `unit`.
    func bounds(of unit: MetricUnit) -> ClassicBounds {
        switch unit {
        case .seconds: secondsBounds
        case .bytes: .bytes
        default: .unitless
        }
    }

    // MARK: Forgetting

    /// Forgets the series among `range` of slots that got no value for `limits.expireAfterSeconds`.
    public mutating func expire(slots range: Range<Int>, nowSeconds: Double) {
        for slot in range.clamped(to: 0..<slots.count) {
            guard let labels = slots[slot].labels,
                nowSeconds - slots[slot].lastValueSeconds > limits.expireAfterSeconds
            else { continue }
            let old = slots[slot]
            index[Key(family: old.family, labels: labels)] = nil
            families.countSeries(old.family, by: -1)
            forgetSender(old.sender)
            removeState(old.kind)
            slots[slot] = Slot(generation: old.generation)
            freeSlots.append(UInt32(slot))
            expiredCount &+= 1
        }
    }

    private mutating func forgetSender(_ sender: Int32) {
        guard let count = seriesPerSender[sender] else { return }
        seriesPerSender[sender] = count > 1 ? count - 1 : nil
    }

    /// Slots in use or free: the range to walk through.
    public var slotCount: Int { slots.count }
}
