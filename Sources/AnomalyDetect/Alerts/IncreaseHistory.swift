/// The rises of one counter over a trailing time, in a bounded number of steps.
struct IncreaseHistory: Sendable {
    /// The trailing time is told to within one part in so many.
    static let stepsMax = 60

    private struct Step {
        let beginSeconds: Double
        var rise: Double
    }

    let windowSeconds: Double
    /// When the counter was first and last looked at.
    private let beginSeconds: Double
    private(set) var lastSeconds: Double
    /// What the counter stood at; nil while that is not known.
    private var last: Double?
    private var steps: [Step] = []

    /// - Parameter base: the counter's value that counts as no rise.
    init(windowSeconds: Double, base: Double, at nowSeconds: Double) {
        self.windowSeconds = windowSeconds
        beginSeconds = nowSeconds
        lastSeconds = nowSeconds
        last = base
    }

    /// Goes on with what the counter had risen by over the trailing time that ended at `seenSeconds`, in another process.
    init(resuming rise: Double, windowSeconds: Double, seenSeconds: Double) {
        self.windowSeconds = windowSeconds
        beginSeconds = seenSeconds
        lastSeconds = seenSeconds
        if rise > 0 { steps = [Step(beginSeconds: seenSeconds, rise: rise)] }
    }

    /// Whether it reaches back over the whole trailing time: before, a small rise says nothing.
    var isWhole: Bool { lastSeconds - beginSeconds >= windowSeconds }

    /// Takes the counter's value and gives the rise over the trailing time.
    mutating func rise(to value: Double, at nowSeconds: Double) -> Double {
        let rise = last.map { value >= $0 ? value - $0 : value } ?? 0
        last = value
        lastSeconds = nowSeconds
        steps.removeAll { nowSeconds - $0.beginSeconds >= windowSeconds }
        if rise > 0 {
            if let newest = steps.last, nowSeconds - newest.beginSeconds < windowSeconds / Double(Self.stepsMax) {
                steps[steps.count - 1].rise += rise
            } else {
                steps.append(Step(beginSeconds: nowSeconds, rise: rise))
            }
        }
        return steps.reduce(0) { $0 + $1.rise }
    }
}
