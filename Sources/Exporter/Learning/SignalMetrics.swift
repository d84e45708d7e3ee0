public import Telemetry

/// How far the learned signals of the hardware and the model servers are from what was learned about them.
public struct SignalSnapshot: Sendable, Equatable {
    /// Of one series.
    public struct Score: Sendable, Equatable {
        /// The name of its family.
        public var signal: String
        public var labels: LabelSet
        /// Above 1 is anomalous.
        public var score: Double
        /// The trailing minute, and what was expected, in `unit`; of a counter (`isRate`) so much a second. Not numbers where
        /// they are not known.
        public var value: Double
        public var expected: Double
        public var unit: MetricUnit
        public var isRate: Bool

        public init(
            signal: String, labels: LabelSet, score: Double, value: Double = .nan, expected: Double = .nan,
            unit: MetricUnit = .none, isRate: Bool = false
        ) {
            self.signal = signal
            self.labels = labels
            self.score = score
            self.value = value
            self.expected = expected
            self.unit = unit
            self.isRate = isRate
        }
    }

    /// Of those that could be judged.
    public var scores: [Score]
    public var learnedCount: Int
    /// Series for which there is no room.
    public var unlearnedCount: Int

    public init(scores: [Score] = [], learnedCount: Int = 0, unlearnedCount: Int = 0) {
        self.scores = scores
        self.learnedCount = learnedCount
        self.unlearnedCount = unlearnedCount
    }
}

/// What is exposed about learned signals.
public enum SignalMetrics {
    static let score = MetricDescriptor(
        .gauge, "latencyd_signal_score",
        help: "How far a signal of the hardware or a model server is from what was learned: above 1 is anomalous.")
    static let learned = MetricDescriptor(
        .gauge, "latencyd_learned_signals", help: "Series of signals that are learned.")
    static let unlearned = MetricDescriptor(
        .gauge, "latencyd_unlearned_signals", help: "Series of signals that are not learned for want of room.")

    /// Every family it can emit.
    public static let descriptors = [score, learned, unlearned]

    public static func families(_ snapshot: SignalSnapshot) -> [MetricFamily] {
        [
            MetricFamily(
                score, snapshot.scores.map { Sample($0.labels.adding([Label("signal", $0.signal)]), $0.score) }),
            MetricFamily(learned, [Sample([:], Double(snapshot.learnedCount))]),
            MetricFamily(unlearned, [Sample([:], Double(snapshot.unlearnedCount))]),
        ]
    }
}
