/// Series that were met and are not kept: forgotten ones, those without room, those whose value was none.
///
/// Their hashes alone are kept; when it is full nothing is new any more.
struct MetSeries: Sendable {
    private var hashes: Set<Int> = []

    func isUnmet(_ key: CounterMemory.Key) -> Bool {
        hashes.count < CounterMemory.valuesMax && !hashes.contains(key.hashValue)
    }

    mutating func insert(_ key: CounterMemory.Key) {
        if hashes.count < CounterMemory.valuesMax { hashes.insert(key.hashValue) }
    }
}
