public import Telemetry

/// Many learned alerts that are told as one.
public struct AlertGroup: Sendable, Hashable {
    /// The name of a group's timing.
    public static let timing = "*"
    /// In `examples` at the most.
    public static let examplesMax = 5

    /// One of its series.
    public struct Member: Sendable, Hashable {
        public var timing: String
        public var labels: LabelSet

        public init(timing: String, labels: LabelSet) {
            self.timing = timing
            self.labels = labels
        }
    }

    /// How many series are abnormal at once.
    public var count: Int
    /// The worst of them, the worst one first.
    public var examples: [Member]

    public init(count: Int, examples: [Member]) {
        self.count = count
        self.examples = examples
    }
}
