internal import Glibc

/// How often a series bursts: the level that its deviations cross so and so many times a week.
///
/// Deviations beyond a floor that follow one another closely are one episode, of which only the peak counts. A long
/// incident is thus one episode, however far it went, while a series that bursts often raises its own threshold.
/// Quantiles over points cannot tell the two apart. Peaks lie in bins that each reach 5 % further, and lose weight
/// with age.
struct EpisodeRate: Sendable, Equatable {
    /// The least deviation that begins an episode.
    static let floor = 3.0
    static let binCount = 160
    private static let binsPerNeper = 20.0
    /// Episodes a week at the level looked for.
    static let perWeek = 14.0
    /// Days after which a peak counts half.
    static let halfLife = 45.0
    /// Seconds of calm between two episodes.
    static let gap: Int64 = 600

    var bins = [Float](repeating: 0, count: binCount)
    /// Weighted days seen.
    var days = 0.0
    var peak = 0.0
    var lastExceeded: Int64 = .min
    var lastTime: Int64 = .min
    private(set) var level = 0.0

    mutating func add(_ deviation: Double, at time: Int64) {
        if lastTime != .min, time > lastTime {
            // Time without points is time without episodes only if it is short.
            days += Double(min(time - lastTime, 3_600)) / 86_400
        }
        let isNewDay = lastTime == .min || time / 86_400 != lastTime / 86_400
        lastTime = max(lastTime, time)
        if peak > 0, time - lastExceeded > Self.gap { endEpisode() }
        if deviation > Self.floor {
            peak = max(peak, deviation)
            lastExceeded = time
        }
        if isNewDay { age() }
    }

    private mutating func endEpisode() {
        bins[Self.bin(peak)] += 1
        peak = 0
        level = crossed(Self.perWeek)
    }

    private mutating func age() {
        let factor = exp2(-1 / Self.halfLife)
        days *= factor
        for place in bins.indices { bins[place] *= Float(factor) }
        level = crossed(Self.perWeek)
    }

    private static func bin(_ peak: Double) -> Int {
        min(max(Int(min(log(peak / floor) * binsPerNeper, 1e6)), 0), binCount - 1)
    }

    /// The level that was crossed `rate` times a week; 0 when none was.
    func crossed(_ rate: Double) -> Double {
        // At least a week counts, or the first hours would say too much.
        let budget = Float(rate * max(days, 7) / 7)
        var sum: Float = 0
        for place in bins.indices.reversed() where bins[place] > 0 {
            sum += bins[place]
            if sum > budget {
                // Evenly spread in the bin.
                let part = Double((sum - budget) / bins[place])
                return Self.floor * exp((Double(place) + part) / Self.binsPerNeper)
            }
        }
        return 0
    }
}
