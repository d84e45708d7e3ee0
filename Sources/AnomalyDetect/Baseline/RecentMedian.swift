/// The median of the last values, kept sorted beside their order in time.
struct RecentMedian: Sendable, Equatable {
    let capacity: Int
    /// In a ring; the oldest at `next` when it is full.
    private(set) var values: [Double] = []
    private var sorted: [Double] = []
    private var next = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        values.reserveCapacity(self.capacity)
        sorted.reserveCapacity(self.capacity)
    }

    var median: Double? {
        guard !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    var count: Int { sorted.count }

    /// From the oldest to the newest.
    var ordered: [Double] { values.count < capacity ? values : Array(values[next...] + values[..<next]) }

    mutating func add(_ value: Double) {
        guard values.count == capacity else {
            values.append(value)
            sorted.insert(value, at: place(of: value))
            return
        }
        let old = values[next]
        values[next] = value
        next = next + 1 == capacity ? 0 : next + 1
        // The values between the old and the new one move by one.
        var hole = place(of: old)
        while hole + 1 < sorted.count, sorted[hole + 1] < value {
            sorted[hole] = sorted[hole + 1]
            hole += 1
        }
        while hole > 0, sorted[hole - 1] > value {
            sorted[hole] = sorted[hole - 1]
            hole -= 1
        }
        sorted[hole] = value
    }

    mutating func clear() { self = RecentMedian(capacity: capacity) }

    /// The first place whose value is not less.
    private func place(of value: Double) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
