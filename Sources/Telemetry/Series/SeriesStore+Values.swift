/// Taking values. A series that is known costs no allocation. A handle whose series has expired does nothing.
extension SeriesStore {
    /// Whether the series still exists.
    public func isLive(_ handle: SeriesHandle) -> Bool {
        slots[Int(handle.slot)].generation == handle.generation
    }

    /// Counts `value` in a timing's histogram, `inverseSampleRate` times. Finite, not negative, in the base unit.
    ///
    /// - Returns: whether the series still exists.
    @discardableResult
    public mutating func observe(
        _ value: Double, inverseSampleRate: Double, in handle: SeriesHandle, nowSeconds: Double
    ) -> Bool {
        withTiming(handle, nowSeconds) { $0.record(value, inverseSampleRate: inverseSampleRate, $1) }
    }

    /// Counts each of `values` in a timing's histogram, as `observe(_:inverseSampleRate:in:nowSeconds:)` would.
    ///
    /// - Returns: whether the series still exists.
    @discardableResult
    public mutating func observe(
        _ values: UnsafeBufferPointer<Double>, inverseSampleRate: Double, in handle: SeriesHandle, nowSeconds: Double
    ) -> Bool {
        withTiming(handle, nowSeconds) { $0.record(values, inverseSampleRate: inverseSampleRate, $1) }
    }

    /// Changes a timing's state in place; returns whether the series still exists.
    @inline(__always)
    private mutating func withTiming(
        _ handle: SeriesHandle, _ nowSeconds: Double, _ change: (inout TimingSeries, CellTables) -> Void
    ) -> Bool {
        guard case .timing(let position) = touch(handle, nowSeconds) else { return false }
        let tables = cells.of(timings[position].unit)
        change(&timings[position], tables)
        return true
    }

    /// Adds to a counter. Not negative. Returns whether the series still exists.
    @discardableResult
    public mutating func add(_ value: Double, to handle: SeriesHandle, nowSeconds: Double) -> Bool {
        guard case .counter = touch(handle, nowSeconds) else { return false }
        slots[Int(handle.slot)].number += value
        return true
    }

    /// Sets a gauge, or changes it by `value`. Returns whether the series still exists.
    @discardableResult
    public mutating func set(_ value: Double, isDelta: Bool, in handle: SeriesHandle, nowSeconds: Double) -> Bool {
        guard case .gauge = touch(handle, nowSeconds) else { return false }
        slots[Int(handle.slot)].number = isDelta ? slots[Int(handle.slot)].number + value : value
        return true
    }

    /// Adds a member, given as a hash, to a set.
    public mutating func insert(memberHash: UInt64, in handle: SeriesHandle, nowSeconds: Double) {
        guard case .set(let position) = touch(handle, nowSeconds) else { return }
        sets[position].insert(memberHash)
    }

    /// Marks the series as heard of; nil when it no longer exists.
    @inline(__always)
    private mutating func touch(_ handle: SeriesHandle, _ nowSeconds: Double) -> Kind? {
        let slot = Int(handle.slot)
        guard slots[slot].generation == handle.generation else { return nil }
        slots[slot].lastValueSeconds = nowSeconds
        return slots[slot].kind
    }
}
