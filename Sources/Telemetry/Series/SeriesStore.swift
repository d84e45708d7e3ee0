/// Where a series lies in the store. Stays valid until the series expires; then it finds nothing.
public struct SeriesHandle: Sendable, Equatable {
    let slot: UInt32
    let generation: UInt32

    /// The handle of no series.
    public static let none = SeriesHandle(slot: 0, generation: 0)
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

    /// One place for a series; `labels` is nil when it is free. First what each value needs.
    struct Slot: Sendable {
        /// Rises when a series moves in and when it leaves, so that an old handle never fits.
        var generation: UInt32 = 0
        var kind = Kind.counter
        var number = 0.0
        var lastValueSeconds = 0.0
        var family: FamilyTable.ID = 0
        var nameBytes: Int32 = 0
        var sender = Sender.unknown
        var createdSeconds = 0.0
        /// Counts up from series to series: a walk in pieces leaves out what was made since it began.
        var serial: UInt64 = 0
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
    public var seriesCount: Int { ledger.all.seriesCount }
    /// Series that were forgotten before their time, to make room for another user's first ones.
    public private(set) var evictedCount: UInt64 = 0
    /// Changes whenever something that was refused might be taken now: a series is gone, limits are others.
    public private(set) var refusalEpoch: UInt64 = 0
    /// The serial of the next series to be made.
    public private(set) var nextSerial: UInt64 = 0

    var slots: [Slot] = []
    var timings = Pool<TimingSeries>()
    var sets = Pool<SetSeries>()
    private(set) var families = FamilyTable()
    private var freeSlots: [UInt32] = []
    private var index: [Key: SeriesHandle] = [:]
    private var ledger = SeriesLedger()
    /// Series that give way next, the last one first.
    private var victims: [SeriesHandle] = []
    /// So many are looked for in one walk.
    private static let victimsMax = 256
    let secondsBounds: ClassicBounds
    let cells: CellsByUnit
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
        cells = CellsByUnit(seconds: secondsBounds)
        self.windowSeconds = windowSeconds
        windowsMax = max(1, Int((60 / windowSeconds).rounded()))
    }

    /// Takes new limits; series that exist beyond them stay until they expire.
    public mutating func setLimits(_ limits: SeriesLimits) {
        self.limits = limits
        refusalEpoch &+= 1
    }

    // MARK: Finding and making

    /// The series of `rawName`, `type` and `labels`, made when it is new and the limits allow.
    ///
    /// - Parameters:
    ///   - sender: the pushing process.
    ///   - unixSeconds: the moment of creation, for a new series.
    ///   - nowSeconds: monotonic.
    public mutating func admit(
        rawName: String, name: PushedName, type: PushedType, labels: LabelSet, sender: Sender, unixSeconds: Double,
        nowSeconds: Double
    ) throws(DropReason) -> SeriesHandle {
        let family = try families.admit(rawName: rawName, name: name, type: type)
        let key = Key(family: family, labels: labels)
        if let handle = index[key] { return handle }
        let nameBytes = name.name.utf8.count + labels.byteCount
        // Counted before room is made, lest the family goes with the last series that gives way for this one.
        families.countSeries(family, by: 1)
        do {
            try makeRoom(family: family, nameBytes: nameBytes, sender: sender)
        } catch {
            families.countSeries(family, by: -1)
            throw error
        }
        let handle = takeSlot()
        index[key] = handle
        ledger.add(sender, nameBytes: nameBytes)
        slots[Int(handle.slot)] = Slot(
            generation: handle.generation, kind: makeState(type, unit: name.unit), lastValueSeconds: nowSeconds,
            family: family, nameBytes: Int32(clamping: nameBytes), sender: sender, createdSeconds: unixSeconds,
            serial: nextSerial, labels: labels)
        nextSerial &+= 1
        return handle
    }

    /// Checks the limits; `family` counts the new series already. Where only a limit on all series is reached, a user's
    /// first ones still find room at the cost of a user who has more than half.
    private mutating func makeRoom(family: FamilyTable.ID, nameBytes: Int, sender: Sender) throws(DropReason) {
        let account = ledger.perSender[sender] ?? SeriesLedger.Account()
        if families.families[family]?.seriesCount ?? 0 > limits.seriesPerMetricMax { throw .maxSeriesPerMetric }
        if account.seriesCount >= limits.seriesPerSenderMax { throw .maxSeriesPerSender }
        if account.nameBytes + nameBytes > limits.nameBytesPerSenderMax { throw .labelBytes }
        while let reason = shortage(nameBytes: nameBytes) {
            guard evictForFirstSeries(of: sender.uid, nameBytes: nameBytes) else { throw reason }
        }
    }

    /// What there is too little of for one more series with a name of so many bytes; nil when there is room.
    private func shortage(nameBytes: Int) -> DropReason? {
        if ledger.all.seriesCount >= limits.seriesMax { return .maxSeries }
        return ledger.all.nameBytes + nameBytes > limits.nameBytesMax ? .labelBytes : nil
    }

    /// Forgets a series that was silent for long, of the user who has more than half of all, if `uid` is another user
    /// who has less than a tenth. False when that is not so.
    private mutating func evictForFirstSeries(of uid: UInt32, nameBytes: Int) -> Bool {
        let own = ledger.perUser[uid] ?? SeriesLedger.Account()
        guard own.seriesCount < limits.seriesMax / SeriesLimits.userShareDivisor,
            own.nameBytes + nameBytes <= limits.nameBytesMax / SeriesLimits.userShareDivisor,
            let hog = ledger.hog(seriesMax: limits.seriesMax, nameBytesMax: limits.nameBytesMax), hog != uid,
            let victim = nextVictim(of: hog)
        else { return false }
        remove(victim)
        evictedCount &+= 1
        return true
    }

    /// A series of `uid` that was silent for long. One walk over all series finds several, for the next times as well.
    private mutating func nextVictim(of uid: UInt32) -> Int? {
        for isSearched in [false, true] {
            if isSearched { findVictims(of: uid) }
            while let victim = victims.popLast() {
                let slot = Int(victim.slot)
                if isLive(victim), slots[slot].sender.uid == uid { return slot }
            }
        }
        return nil
    }

    private mutating func findVictims(of uid: UInt32) {
        let ofUser = slots.indices.filter { slots[$0].labels != nil && slots[$0].sender.uid == uid }
        let quietest = ofUser.sorted { slots[$0].lastValueSeconds < slots[$1].lastValueSeconds }
        victims = quietest.prefix(Self.victimsMax).reversed().map {
            SeriesHandle(slot: UInt32($0), generation: slots[$0].generation)
        }
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
            guard slots[slot].labels != nil, nowSeconds - slots[slot].lastValueSeconds > limits.expireAfterSeconds
            else {
                continue
            }
            remove(slot)
            expiredCount &+= 1
        }
    }

    private mutating func remove(_ slot: Int) {
        let old = slots[slot]
        guard let labels = old.labels else { return }
        index[Key(family: old.family, labels: labels)] = nil
        families.countSeries(old.family, by: -1)
        ledger.remove(old.sender, nameBytes: Int(old.nameBytes))
        removeState(old.kind)
        slots[slot] = Slot(generation: old.generation &+ 1)
        freeSlots.append(UInt32(slot))
        refusalEpoch &+= 1
    }

    /// Slots in use or free: the range to walk through.
    public var slotCount: Int { slots.count }
}
