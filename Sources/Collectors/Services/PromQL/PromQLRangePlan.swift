/// Cuts a range of time into queries that an engine answers: no longer than it allows, and shorter where the answer
/// would be too much for it or for us. Pure: it is told what came of each query.
struct PromQLRangePlan: Sendable, Equatable {
    /// Points of a series in one answer. Prometheus refuses more than 11,000; these are a week of minutes.
    static let pointsMax = 10_080
    /// The first answer says how long the others may be.
    static let pointsFirst = 1_440
    /// What is still too much with fewer points than that is too many series.
    static let pointsMin = 60
    /// Answers of about that size are asked for, in bytes.
    static let answerBytesWanted = 8 << 20
    /// Times that one query is asked.
    static let triesMax = 5
    /// Before the second try, in seconds; twice as much before each further one.
    static let pauseSeconds = 1.0

    /// What came of a query.
    enum Outcome: Sendable, Equatable {
        case answered(bytes: Int)
        /// The engine or the answer says that it was too much at once.
        case tooMuch
        /// It may work a moment later.
        case passing
    }

    /// What to do next.
    enum Action: Sendable, Equatable {
        /// From the first to the last point, both belonging to it, seconds since 1970; after a pause in seconds.
        case ask(from: Int64, to: Int64, after: Double)
        case done
        /// What failed last will not end well.
        case giveUp
    }

    let to: Int64
    let step: Int64
    private var start: Int64
    private var points = pointsFirst
    private var tries = 0

    /// The points are multiples of `step` from `from` to `to`, seconds since 1970.
    init(from: Int64, to: Int64, step: Int64) {
        self.step = step
        start = (from + step - 1) / step * step
        self.to = to / step * step
    }

    func first() -> Action { query(after: 0) }

    mutating func next(_ outcome: Outcome) -> Action {
        switch outcome {
        case .answered(let bytes):
            start = end + step
            tries = 0
            let wanted = Double(points) * Double(Self.answerBytesWanted) / Double(max(bytes, 1))
            points = min(max(Int(min(wanted, Double(points) * 4)), Self.pointsMin), Self.pointsMax)
            return query(after: 0)
        case .tooMuch:
            guard points > Self.pointsMin else { return .giveUp }
            points = max(points / 2, Self.pointsMin)
            return query(after: 0)
        case .passing:
            tries += 1
            guard tries < Self.triesMax else { return .giveUp }
            var pause = Self.pauseSeconds
            for _ in 1..<tries { pause *= 2 }
            // An engine that has too much to do is asked for less.
            points = max(points / 2, Self.pointsMin)
            return query(after: pause)
        }
    }

    private var end: Int64 { min(start + Int64(points - 1) * step, to) }

    private func query(after pause: Double) -> Action {
        start > to ? .done : .ask(from: start, to: end, after: pause)
    }
}
