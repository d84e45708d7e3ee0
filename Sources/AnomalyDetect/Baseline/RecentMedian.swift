/// The median of the last values, kept sorted beside their order in time.
struct RecentMedian: Sendable, Equatable {
    let capacity: Int
    private(set) var values: [Double] = []
    private var sorted: [Double] = []
    private var next = 0

    init(capacity: Int) { self.capacity = max(capacity, 1) }

    var median: Double? {
        guard !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    var count: Int { sorted.count }

    mutating func add(_ value: Double) {
        if values.count == capacity {
            sorted.remove(at: place(of: values[next]))
            values[next] = value
            next = (next + 1) % capacity
        } else {
            values.append(value)
        }
        sorted.insert(value, at: place(of: value))
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
