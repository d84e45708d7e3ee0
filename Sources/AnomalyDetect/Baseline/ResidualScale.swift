internal import Glibc

/// How large residuals usually are, over all and at this time of the day.
///
/// Means of absolute values, in which single values count only so far: they follow the usual noise and not the
/// incidents. Noise differs over the day, but a slot of it holds few values: the scale is the geometric mean of both.
struct ResidualScale: Sendable, Equatable {
    /// Slots of a day: 15 minutes each.
    static let slotCount = 96
    /// A value counts as much as so many times the usual one.
    private static let clip = 3.0
    /// A standard deviation in mean absolute deviations, of a normal distribution.
    static let deviationsPerMean = 1.2533
    /// Of a minute; 33 hours until a change counts by two thirds.
    private static let rate = 0.000_5
    private static let slotRate = 0.05 / 3
    /// A slot is never trusted to be calmer than this part of the whole.
    private static let slotFloor = 0.3
    /// Values from which on single ones are told from the usual.
    static let clipAfter = 10.0
    /// Values before the slots count.
    private static let countMin = 100.0

    /// Mean absolute residual.
    var mean = 0.0
    /// Values seen.
    var count = 0.0
    /// Standard deviations by time of the day; 0 where none is known.
    var slots = [Float](repeating: 0, count: slotCount)

    init() {}

    var isKnown: Bool { count >= Self.countMin }

    /// The standard deviation over all.
    var overall: Double { mean * Self.deviationsPerMean }

    /// The standard deviation at a time of the day.
    func deviation(_ slot: Int) -> Double {
        let own = Double(slots[slot])
        guard own > 0 else { return overall }
        return max((own * overall).squareRoot(), overall * Self.slotFloor)
    }

    /// - Parameters:
    ///   - floor: the least standard deviation, which may be what there is.
    ///   - minutes: since the last value.
    ///   - weight: of the value; 0 ... 1.
    mutating func add(_ residual: Double, slot: Int, floor: Double, minutes: Double, weight: Double) {
        var size = abs(residual)
        if count >= Self.clipAfter { size = min(size, Self.clip * max(mean, floor / Self.deviationsPerMean)) }
        count += weight
        guard count > 0 else { return }
        mean += max(Self.rate * minutes, 1 / count) * weight * (size - mean)
        guard isKnown else { return }
        addToSlot(abs(residual) * Self.deviationsPerMean, slot, minutes * weight)
    }

    private mutating func addToSlot(_ size: Double, _ slot: Int, _ minutes: Double) {
        let before = slots[slot] > 0 ? Double(slots[slot]) : overall
        let clipped = before > 0 ? min(size, Self.clip * before) : size
        if slots[slot] > 0 {
            slots[slot] += Float(min(Self.slotRate * minutes, 1) * (clipped - before))
        } else {
            slots[slot] = Float(max(clipped, overall / 2))
        }
    }
}
