/// Windows and snapshots, handed over in pieces.
extension SeriesStore {
    /// The finished windows of one timing: what a summary is made from, outside the lock.
    public struct TimingWindows: Sendable {
        let descriptor: MetricDescriptor
        let labels: LabelSet
        let finished: [SparseHistogram]
        let windowSeconds: Double
    }

    /// Ends the window in progress of the series among `range` of slots, and hands the timings' windows over.
    public mutating func rotate(slots range: Range<Int>, into timingWindows: inout [TimingWindows]) {
        for slot in range.clamped(to: 0..<slots.count) {
            guard let labels = slots[slot].labels else { continue }
            switch slots[slot].kind {
            case .counter, .gauge: continue
            case .set(let position): sets[position].rotate(windowsMax: windowsMax)
            case .timing(let position):
                timings[position].rotate(windowsMax: windowsMax, bounds: bounds(of: timings[position].unit))
                guard let family = families.families[slots[slot].family] else { continue }
                timingWindows.append(
                    TimingWindows(
                        descriptor: family.descriptor, labels: labels, finished: timings[position].finished,
                        windowSeconds: windowSeconds))
            }
        }
    }

    /// Adds the series among `range` of slots, as they are now, to the families.
    ///
    /// - Parameter serial: series from this one on are left out. A walk in pieces gives the `nextSerial` of its
    ///   beginning: a series that expires and is made anew meanwhile would otherwise be met twice.
    public func snapshot(slots range: Range<Int>, before serial: UInt64 = .max, into pushed: inout PushedFamilies) {
        for slot in range.clamped(to: 0..<slots.count) where slots[slot].serial < serial {
            guard let labels = slots[slot].labels, let family = families.families[slots[slot].family] else { continue }
            let created = family.descriptor.kind == .gauge ? nil : slots[slot].createdSeconds
            let sample = Sample(labels, value(of: slots[slot], unit: family.descriptor.unit), createdSeconds: created)
            pushed.families[slots[slot].family, default: MetricFamily(family.descriptor)].samples.append(sample)
        }
    }

    private func value(of slot: Slot, unit: MetricUnit) -> SampleValue {
        switch slot.kind {
        case .counter, .gauge: .number(slot.number)
        case .set(let position): .number(sets[position].distinctCount)
        case .timing(let position): .histogram(timings[position].cumulative(bounds(of: unit)))
        }
    }
}

/// Pushed families in the making, while a walk over the store collects their series.
public struct PushedFamilies: Sendable {
    var families: [FamilyTable.ID: MetricFamily] = [:]

    public init() {}

    /// By name.
    public var sorted: [MetricFamily] { families.values.sorted { $0.descriptor.name < $1.descriptor.name } }
}

/// Makes summaries of windows; keeps its memory from one to the next.
public struct WindowSummarizer {
    private var scratch = ExponentialHistogram()

    public init() {}

    /// The trailing minute of `windows`.
    public mutating func summary(of windows: SeriesStore.TimingWindows) -> TimingSummary {
        scratch.reset()
        for window in windows.finished { scratch.merge(window) }
        let span = Double(windows.finished.count) * windows.windowSeconds
        var summary = WindowSummary(count: scratch.count, spanSeconds: span)
        if scratch.count > 0 {
            let empty = windows.finished.reversed().prefix { $0.count == 0 }.count
            summary.lastWindowAgeSeconds = Double(empty) * windows.windowSeconds
            summary.mean = scratch.mean
            summary.standardDeviation = scratch.standardDeviation
            let quantiles = [0.5, 0.95, 0.99].map { scratch.quantile($0) }
            summary.p50 = quantiles[0]
            summary.p95 = quantiles[1]
            summary.p99 = quantiles[2]
        }
        return TimingSummary(
            timing: windows.descriptor.name, unit: windows.descriptor.unit, labels: windows.labels, summary: summary)
    }
}
