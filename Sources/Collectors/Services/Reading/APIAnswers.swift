/// What a server's API said last, by path.
struct APIAnswers: Sendable {
    private var answers: [String: (samples: [ScrapedSample], round: UInt64)] = [:]
    private var round: UInt64 = 0

    /// The paths of the next round. What was not asked for in a long time is forgotten.
    mutating func nextPaths(_ api: any ServiceAPI) -> [String] {
        defer { round &+= 1 }
        answers = answers.filter { round - $0.value.round < ServiceAPILimits.roundsKept }
        return api.paths(round: round, after: answers.mapValues(\.samples))
    }

    mutating func take(_ samples: [ScrapedSample], from path: String) { answers[path] = (samples, round) }

    /// What cannot be had is unknown, not as it was.
    mutating func forget(_ path: String) { answers[path] = nil }

    /// In an order that stays: where there are too many models, the same ones are left out.
    var samples: [ScrapedSample] { answers.sorted { $0.key < $1.key }.flatMap(\.value.samples) }
}
