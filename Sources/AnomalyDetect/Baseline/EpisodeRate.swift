internal import Glibc

/// How often a series bursts: the threshold that its deviations cross so and so many times a week.
///
/// Deviations beyond a floor that follow one another closely are one episode, of which only the peak counts. A long
/// incident is thus one episode, however far it went, while a series that bursts often raises its own threshold.
/// Quantiles over points cannot tell the two apart. Peaks lie in bins that each reach 5 % further, and lose weight
/// with age.
struct EpisodeRate: Sendable, Equatable {
    /// The threshold of a series of which nothing is known, in standard deviations.
    static let prior = 6.0
    /// The least deviation that begins an episode.
    static let floor = prior / 2
    static let binCount = 200
    private static let binsPerNeper = 20.0
    /// Days after which a peak counts half.
    static let halfLifeDays = 45.0
    /// Seconds of calm between two episodes.
    static let gap: Int64 = 900
    /// Time without points is time without episodes only if it is short.
    static let silenceMax: Int64 = 3_600
    /// Fewer days than these would say too much.
    static let daysMin = 7.0
    /// So many episodes are put up with, however seldom they may be: one alone sets no threshold.
    static let episodesMin = 1.5

    var bins = [Float](repeating: 0, count: binCount)
    /// Seen, weighted by age.
    var days = 0.0
    /// Of the episode under way; 0 between two.
    var peak = 0.0
    var lastExceeded: Int64 = .min
    var lastTime: Int64 = .min
    private(set) var threshold = prior

    /// Episodes a week at the threshold.
    let perWeek: Double

    init(perWeek: Double) { self.perWeek = perWeek }

    mutating func add(_ deviation: Double, at time: Int64) {
        let elapsed = lastTime == .min ? 0 : time.subtractingReportingOverflow(lastTime).partialValue
        if elapsed > 0 { days += Double(min(elapsed, Self.silenceMax)) / 86_400 }
        let isNewDay = lastTime == .min || time / 86_400 != lastTime / 86_400
        // Where clocks go back, time goes on from there.
        lastTime = time
        if peak > 0, lastExceeded == .min || time < lastExceeded || time - lastExceeded > Self.gap { endEpisode() }
        if deviation > Self.floor {
            peak = max(peak, deviation)
            lastExceeded = time
        }
        if isNewDay { age() }
    }

    private mutating func endEpisode() {
        bins[Self.bin(peak)] += 1
        peak = 0
        threshold = max(Self.prior, crossed(perWeek))
    }

    private mutating func age() {
        let factor = exp2(-1 / Self.halfLifeDays)
        days *= factor
        for place in bins.indices { bins[place] *= Float(factor) }
        threshold = max(Self.prior, crossed(perWeek))
    }

    /// After the parts were filled in from elsewhere.
    mutating func restoreThreshold() { threshold = max(Self.prior, crossed(perWeek)) }

    private static func bin(_ peak: Double) -> Int {
        min(max(Int(min(log(peak / floor) * binsPerNeper, 1e6)), 0), binCount - 1)
    }

    /// The deviation that was crossed `rate` times a week; 0 when none was.
    func crossed(_ rate: Double) -> Double {
        let budget = Float(max(rate * max(days, Self.daysMin) / 7, Self.episodesMin))
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
