internal import Telemetry

extension CounterMemory {
    struct Counter: Sendable {
        var value: Double
        /// In round `round`; nil when it could not be said.
        var increase: Double?
        var round: UInt64
        /// Whether it was met for the first time in round `round`.
        var isNew = false
    }

    struct Histogram: Sendable {
        var bounds: [Double]
        /// Cumulative, one for each bound, and one for +Inf.
        var counts: [Double]
        /// In round `round`; nil when they could not be said.
        var increases: [UInt64]?
        var round: UInt64
        /// Whether it was met for the first time in round `round`.
        var isNew = false
    }

    struct Average: Sendable {
        var mean: Double
        var count: Double
        var round: UInt64
    }

    struct Key: Hashable {
        let name: String
        let labels: LabelSet
    }
}
