/// Says how unusual the mean of the last five residuals is, beside what it usually is.
///
/// Where noise comes and goes by the minute, five moderate residuals of one sign are as telling as one that is more
/// than twice as large. Where it does not, means of five are usually as large as single values, and nothing is gained.
struct SustainedScorer: Sendable, Equatable {
    /// Five independent values have a mean of 0.45; less is luck.
    private static let deviationMin = 0.3
    private static let clip = 3.0
    private static let rate = 0.000_5
    private static let countMin = 100.0

    /// In standard deviations, signed; the newest first.
    var recent = SIMD4<Double>.zero
    /// Mean absolute mean.
    var mean = 0.0
    var count = 0.0
    var episodes = EpisodeRate(perWeek: 0.3)

    init() {}

    /// Signed, in its own standard deviations. 0 while nothing is known.
    ///
    /// - Parameter residual: the newest, in standard deviations.
    func size(_ residual: Double) -> Double {
        guard count >= Self.countMin else { return 0 }
        let five = five(residual)
        // What is over counts no more.
        guard abs(residual) >= abs(five) / 2, (residual > 0) == (five > 0) else { return 0 }
        return five / max(mean * ResidualScale.deviationsPerMean, Self.deviationMin)
    }

    private func five(_ residual: Double) -> Double {
        (residual + recent.sum()) / Double(SIMD4<Double>.scalarCount + 1)
    }

    /// - Parameter size: what counts of the size of `residual`.
    mutating func add(_ residual: Double, size: Double, minutes: Double, at time: Int64) {
        var magnitude = abs(five(residual))
        if count > 20 { magnitude = min(magnitude, Self.clip * mean) }
        count += 1
        mean += max(Self.rate * minutes, 1 / count) * (magnitude - mean)
        recent = SIMD4(residual, recent[0], recent[1], recent[2])
        if count > Self.countMin { episodes.add(size, at: time) }
    }
}
