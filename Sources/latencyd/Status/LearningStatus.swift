internal import Collectors
internal import Platform
internal import Telemetry

/// What a daemon says of its learning.
struct LearningStatus: Sendable, Equatable {
    /// A series that is not learned.
    struct Series: Sendable, Equatable {
        var timing = ""
        var labels: [String: String] = [:]
    }

    var learned: Double
    var learnedMax: Double
    /// Learned series by state.
    var states: [String: Double] = [:]
    /// Series that would be learned if there were room.
    var unlearned: Double
    /// The first of these; nil when they could not be read.
    var unlearnedSeries: [Series]?

    /// Nil where the page says nothing about learning.
    init?(page: ScrapedPage, unlearned list: [Series]?) {
        guard let learned = page["latencyd_learned_series"].first?.value else { return nil }
        self.learned = learned
        learnedMax = page["latencyd_learned_series_limit"].first?.value ?? .nan
        unlearned = page["latencyd_unlearned_series"].first?.value ?? .nan
        unlearnedSeries = list
        for sample in page["latencyd_baseline_state"] { states[sample.labels["state"] ?? "?", default: 0] += 1 }
    }
}

extension LearningStatus.Series {
    /// Those of `/api/v1/baselines` that are not learned, in its order.
    static func list(_ page: [UInt8]) throws(JSONScanner.Problem) -> [LearningStatus.Series] {
        var scanner = JSONScanner(page)
        var found: [LearningStatus.Series]?
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            guard name == "data" else { return try scanner.skip() }
            try scanner.object { scanner, name throws(JSONScanner.Problem) in
                guard name == "unlearned" else { return try scanner.skip() }
                var list: [LearningStatus.Series] = []
                try scanner.array { scanner throws(JSONScanner.Problem) in list.append(try .init(&scanner)) }
                found = list
            }
        }
        try scanner.end()
        guard let found else { throw scanner.problem("no 'unlearned'") }
        return found
    }

    private init(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        var series = LearningStatus.Series()
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "timing": series.timing = try scanner.string()
            case "labels":
                try scanner.object { scanner, name throws(JSONScanner.Problem) in
                    series.labels[name] = try scanner.string()
                }
            default: try scanner.skip()
            }
        }
        self = series
    }
}
