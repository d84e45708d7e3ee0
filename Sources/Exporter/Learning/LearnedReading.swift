public import AnomalyDetect
public import Telemetry

/// What was learned about one series, and what it says about the present.
public struct LearnedReading: Sendable, Equatable {
    /// One statistic over the trailing minute.
    public struct Judgement: Sendable, Equatable {
        public var level: AlertLevel
        public var evidence: LearnedEvidence

        public init(level: AlertLevel, evidence: LearnedEvidence) {
            self.level = level
            self.evidence = evidence
        }
    }

    public var timing: String
    public var unit: MetricUnit
    public var labels: LabelSet
    /// `learning`, `level`, `daily` or `weekly`.
    public var state: String
    /// What is missing for the next state, for people; nil where there is none.
    public var missing: String?
    /// Of the statistics that could be judged.
    public var judgements: [Judgement]

    public init(
        timing: String, unit: MetricUnit, labels: LabelSet, state: String, missing: String? = nil,
        judgements: [Judgement]
    ) {
        self.timing = timing
        self.unit = unit
        self.labels = labels
        self.state = state
        self.missing = missing
        self.judgements = judgements
    }
}

/// All of them, and what is not learned for want of room.
public struct LearnedSnapshot: Sendable, Equatable {
    /// In `unlearned` at the most.
    public static let unlearnedListedMax = 1_000

    public var learned: [LearnedReading]
    public var learnedMax: Int
    /// Timings and labels, the first so many.
    public var unlearned: [(timing: String, labels: LabelSet)]
    public var unlearnedCount: Int

    public init(
        learned: [LearnedReading] = [], learnedMax: Int = 0, unlearned: [(timing: String, labels: LabelSet)] = [],
        unlearnedCount: Int = 0
    ) {
        self.learned = learned
        self.learnedMax = learnedMax
        self.unlearned = unlearned
        self.unlearnedCount = unlearnedCount
    }

    public static func == (one: LearnedSnapshot, other: LearnedSnapshot) -> Bool {
        one.learned == other.learned && one.learnedMax == other.learnedMax
            && one.unlearnedCount == other.unlearnedCount
            && one.unlearned.elementsEqual(other.unlearned) { $0.timing == $1.timing && $0.labels == $1.labels }
    }
}
