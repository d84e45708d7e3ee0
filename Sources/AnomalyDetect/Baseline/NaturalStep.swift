internal import Glibc

/// By how much a series changes when it changes.
///
/// Series that stand still for most of the time have no usual residual. What is remarkable there is a change that is
/// large beside the other changes, if there are some: then the scale is never below a typical one.
struct NaturalStep: Sendable, Equatable {
    /// Shares of steps that are changes, from which on changes are usual.
    private static let usualShare = 0.02
    /// How much of a typical change the scale is at least, where values are compared by their quotients: the rounding
    /// of a series in whole milliseconds is noise, a multiple of it is not.
    private static let quotientPart = 0.35
    private static let rate = 0.000_05

    /// Mean logarithm of the changes.
    var meanLog = 0.0
    var changes = 0.0
    /// Share of steps without a change.
    var stillShare = 0.0
    var steps = 0.0
    var last = Double.nan

    init() {}

    /// The least scale of residuals.
    ///
    /// - Parameter isLogarithmic: whether values are compared by their quotients. Where they are not, they may be 0 for
    ///   most of the time, and what they are else is no multiple of anything.
    func floor(isLogarithmic: Bool) -> Double {
        guard changes > 0 else { return 0 }
        let typical = min((1 - stillShare) / Self.usualShare, 1) * exp(meanLog)
        return typical * (isLogarithmic ? Self.quotientPart : 1.2 + 4 * stillShare * stillShare)
    }

    /// Goes on from a value whose change says nothing about the usual ones.
    mutating func skip(_ value: Double) { last = value }

    mutating func add(_ value: Double, minutes: Double) {
        defer { last = value }
        guard last.isFinite else { return }
        let change = abs(value - last)
        let isStill = change <= 1e-6 * max(abs(value), 1e-3)
        steps += 1
        stillShare += max(Self.rate, 1 / steps) * ((isStill ? 1 : 0) - stillShare)
        guard !isStill else { return }
        changes += 1
        let difference = min(max(log(change) - meanLog, -2), 2)
        meanLog = changes == 1 ? log(change) : meanLog + max(0.001, 1 / changes) * difference
    }
}
