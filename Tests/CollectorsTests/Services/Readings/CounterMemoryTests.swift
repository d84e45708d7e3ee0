import Telemetry
import Testing

@testable import Collectors

@Suite("Counter memory")
struct CounterMemoryTests {
    @Test(
        "tells from values, one a round, how far a counter went",
        arguments: [
            ([5, 8, 8], [nil, 3, 0]),
            // Set back: that interval says nothing, the next one does.
            ([100, 3, 10], [nil, nil, 7]),
            ([0, .nan, 4], [nil, nil, 4]),
            ([0, .infinity, 4], [nil, nil, 4]),
            ([5, -1, 7], [nil, nil, 2]),
            ([5, 1e300, 7], [nil, nil, 2]),
        ] as [([Double], [Double?])])
    func counters(_ values: [Double], _ increases: [Double?]) {
        var memory = CounterMemory()
        let told = values.map { value in
            memory.begin()
            return memory.increase("requests", [:], to: value)
        }
        #expect(told == increases)
    }

    @Test("says the same to all who ask in one round")
    func sharedCounter() {
        var memory = CounterMemory()
        memory.begin()
        _ = memory.increase("requests", [:], to: 10)
        memory.begin()
        #expect(memory.increase("requests", [:], to: 14) == 4)
        #expect(memory.increase("requests", [:], to: 14) == 4)
        memory.begin()
        #expect(memory.increase("requests", [:], to: 14) == 0)
    }

    @Test("a series that is new has all of its value counted where it is known to have begun at zero, and once")
    func newSeries() {
        var memory = CounterMemory()
        memory.begin()
        #expect(memory.increase("requests", [:], to: 7) == nil)
        #expect(memory.isNew("requests", [:]))
        #expect(memory.countFromZero("requests", [:]) == 7)
        #expect(memory.increase("requests", [:], to: 7) == 7)
        #expect(memory.increases("seconds", [:], [(1, 2), (.infinity, 3)]) == nil)
        #expect(memory.countBucketsFromZero("seconds", [:])?.counts == [2, 1])
        memory.begin()
        #expect(memory.increase("requests", [:], to: 8) == 1)
        #expect(!memory.isNew("requests", [:]))
        #expect(memory.countFromZero("requests", [:]) == nil)
        #expect(memory.increases("seconds", [:], [(1, 3), (.infinity, 4)])?.counts == [1, 0])
        #expect(memory.countBucketsFromZero("seconds", [:]) == nil)
    }

    @Test("a series whose value was none is not new with the next one", arguments: [.nan, -1, 1e16] as [Double])
    func unreadable(_ value: Double) {
        var memory = CounterMemory()
        memory.begin()
        _ = memory.increase("requests", [:], to: value)
        _ = memory.increases("seconds", [:], [(1, value), (.infinity, 2)])
        memory.begin()
        #expect(memory.increase("requests", [:], to: 1_000) == nil)
        #expect(memory.increases("seconds", [:], [(1, 1), (.infinity, 2)]) == nil)
        #expect(memory.countFromZero("requests", [:]) == nil)
        #expect(memory.countBucketsFromZero("seconds", [:]) == nil)
        memory.begin()
        #expect(memory.increase("requests", [:], to: 1_001) == 1)
    }

    @Test("a series that comes back after it was forgotten is not taken for a new one")
    func forgotten() {
        var memory = CounterMemory()
        memory.begin()
        _ = memory.increase("requests", ["model": "a"], to: 1_000)
        for _ in 0...(2 * CounterMemory.roundsKept) { memory.begin() }
        _ = memory.increase("requests", ["model": "a"], to: 1_500)
        _ = memory.increase("requests", ["model": "b"], to: 5)
        #expect(memory.countFromZero("requests", ["model": "a"]) == nil)
        #expect(memory.countFromZero("requests", ["model": "b"]) == 5)
        memory.begin()
        #expect(memory.increase("requests", ["model": "a"], to: 1_501) == 1)
    }

    @Test("names the series that were set back, in that round")
    func fallen() {
        var memory = CounterMemory()
        memory.begin()
        _ = memory.increase("requests", ["model": "a"], to: 10)
        _ = memory.increases("seconds", ["model": "b"], [(1, 4), (.infinity, 5)])
        memory.begin()
        _ = memory.increase("requests", ["model": "a"], to: 2)
        _ = memory.increases("seconds", ["model": "b"], [(1, 3), (.infinity, 6)])
        #expect(memory.fallen == [["model": "a"], ["model": "b"]])
        memory.begin()
        #expect(memory.fallen == [])
    }

    @Test("keeps no more than so many values, and makes room for those that are there")
    func limit() {
        var memory = CounterMemory()
        memory.begin()
        for index in 0..<(CounterMemory.valuesMax + 3) {
            _ = memory.increase("requests", ["id": "\(index)"], to: 1)
        }
        #expect(memory.droppedCount == 3)
        // What was in the round before stays; then all of it is gone.
        memory.begin()
        _ = memory.increase("requests", ["id": "0"], to: 2)
        memory.begin()
        #expect(memory.increase("requests", ["id": "new"], to: 4) == nil)
        #expect(memory.increase("requests", ["id": "0"], to: 5) == 3)
        #expect(memory.droppedCount == 0)
        // What had no room was there all the same.
        _ = memory.increase("requests", ["id": "\(CounterMemory.valuesMax)"], to: 9)
        #expect(memory.countFromZero("requests", ["id": "\(CounterMemory.valuesMax)"]) == nil)
        memory.begin()
        #expect(memory.increase("requests", ["id": "new"], to: 8) == 4)
    }

    @Test("a histogram that does not fit quite has room as soon as others are gone, without all values being used")
    func limitOfHistogram() {
        var memory = CounterMemory()
        let buckets = (1...59).map { (Double($0), 4.0) } + [(.infinity, 5)]
        memory.begin()
        for index in 0..<(CounterMemory.valuesMax - 59) {
            _ = memory.increase("requests", ["id": "\(index)"], to: 1)
        }
        memory.begin()
        _ = memory.increase("requests", ["id": "0"], to: 1)
        _ = memory.increases("seconds", [:], buckets)
        #expect(memory.droppedCount == 1)
        memory.begin()
        _ = memory.increases("seconds", [:], buckets)
        #expect(memory.droppedCount == 0)
        memory.begin()
        #expect(memory.increases("seconds", [:], buckets)?.counts == Array(repeating: 0, count: 60))
    }

    // MARK: Histograms

    private typealias Buckets = [(bound: Double, count: Double)]

    @Test(
        "tells what each bucket counted",
        arguments: [
            // Cumulative counts of bounds 1, 2 and +Inf in two rounds.
            ([2, 3, 3], [3, 6, 7], [1, 2, 1]),
            ([2, 3, 3], [2, 3, 3], [0, 0, 0]),
            // Read while it counted: the second bucket lags behind.
            ([0, 0, 0], [3, 2, 3], [3, 0, 0]),
            ([5, 6, 7], [0, 1, 1], nil),
            ([5, 6, 7], [.nan, 8, 9], nil),
            ([5, 6, 7], [-1, 8, 9], nil),
            ([5, 6, 7], [6, 8, 1e30], nil),
            ([5, 6, 7], [5, 6, 1.1e9], nil),
        ] as [([Double], [Double], [UInt64]?)])
    func buckets(_ first: [Double], _ second: [Double], _ counts: [UInt64]?) {
        var memory = CounterMemory()
        let bounds = [1, 2, Double.infinity]
        memory.begin()
        #expect(memory.increases("seconds", [:], Array(zip(bounds, first))) == nil)
        memory.begin()
        let told = memory.increases("seconds", [:], Array(zip(bounds, second)))
        #expect(told?.counts == counts)
        if counts != nil { #expect(told?.bounds == [1, 2]) }
    }

    @Test(
        "takes no histogram whose bounds make no sense",
        arguments: [
            [(1, 1), (2, 2)], [(1, 1), (1, 2), (.infinity, 3)], [(-.infinity, 0), (.infinity, 3)], [],
            (0...CounterMemory.bucketsMax).map { (Double($0), 1) } + [(.infinity, 1)],
        ] as [[(bound: Double, count: Double)]])
    func bounds(_ buckets: [(bound: Double, count: Double)]) {
        var memory = CounterMemory()
        memory.begin()
        _ = memory.increases("seconds", [:], buckets)
        memory.begin()
        #expect(memory.increases("seconds", [:], buckets)?.counts == nil)
    }

    @Test("bounds in any order are the same; other bounds begin anew")
    func changedBounds() {
        var memory = CounterMemory()
        memory.begin()
        _ = memory.increases("seconds", [:], [(.infinity, 4), (1, 1), (2, 3)])
        memory.begin()
        #expect(memory.increases("seconds", [:], [(2, 4), (1, 1), (.infinity, 5)])?.counts == [0, 1, 0])
        memory.begin()
        #expect(memory.increases("seconds", [:], [(1, 9), (3, 9), (.infinity, 9)]) == nil)
        #expect(memory.fallen == [])
        memory.begin()
        #expect(memory.increases("seconds", [:], [(1, 9), (3, 10), (.infinity, 10)])?.counts == [0, 1, 0])
    }

    // MARK: Means over a whole life

    @Test("of a mean over the server's life it tells the mean of the interval")
    func lifetime() throws {
        var memory = CounterMemory()
        memory.begin()
        #expect(memory.interval("slots", [:], mean: 2, count: 100) == nil)
        memory.begin()
        let interval = memory.interval("slots", [:], mean: 3, count: 150)
        let (count, sum) = try #require(interval)
        #expect(count == 50 && sum == 250)
        memory.begin()
        #expect(memory.interval("slots", [:], mean: 1, count: 10) == nil)
        #expect(memory.fallen == [[:]])
    }

    @Test("a long life's interval grows until six digits tell its mean within a tenth")
    func lifetimeDigits() {
        var memory = CounterMemory()
        memory.begin()
        var count = 1e7
        var sum = 1.5e7
        func printed(_ value: Double) -> Double { (value * 1e5).rounded() / 1e5 }
        _ = memory.interval("slots", [:], mean: printed(sum / count), count: count)
        var told: [Double] = []
        for _ in 0..<100 {
            // 250 decodes of 6 slots in each round.
            count += 250
            sum += 1_500
            memory.begin()
            if let (count, sum) = memory.interval("slots", [:], mean: printed(sum / count), count: count) {
                told.append(sum / count)
            }
        }
        #expect(told.count >= 20)
        #expect(told.allSatisfy { abs($0 - 6) < 0.6 })
    }
}
