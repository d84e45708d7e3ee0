internal import Telemetry

extension CounterMemory {
    /// The count and the sum of an interval, from a mean over the server's whole life.
    ///
    /// Servers print six digits. Over a long life one of them is worth more than an interval has: the interval grows
    /// until it is known to one part in ten.
    mutating func interval(_ name: String, _ labels: LabelSet, mean: Double, count: Double) -> (Double, Double)? {
        guard mean >= 0, mean <= Self.valueMax, count >= 0, count <= Self.valueMax else { return nil }
        let now = Average(mean: mean, count: count, round: round)
        guard var last = averages[name]?[labels] else {
            guard hasRoom(for: 1, name, labels) else { return nil }
            averages[name, default: [:]][labels] = now
            readCount += 1
            return nil
        }
        if last.round != round { readCount += 1 }
        let increase = count - last.count
        if increase >= 0, increase < count * Self.averageShareMin {
            last.round = round
            averages[name]?[labels] = last
            return nil
        }
        averages[name]?[labels] = now
        guard increase >= 0 else {
            fallen.insert(labels)
            return nil
        }
        return (increase, max(mean * count - last.mean * last.count, 0))
    }

    /// Both ends of an interval are off by half a unit of the sixth digit, which is 5e-6 of the mean at the most.
    private static let averageShareMin = 2 * 5e-6 / 0.1
}
