import TestSupport
import Testing

@testable import Telemetry

@Suite("Distinct counter")
struct DistinctCounterTests {
    @Test("Few members are counted exactly, however often they come", arguments: [0, 1, 2, 255, 256])
    func exact(members: Int) {
        var generator = SeededGenerator(seed: 2)
        let hashes = (0..<members).map { _ in generator.next() }
        var counter = DistinctCounter()
        for hash in hashes + hashes { counter.insert(hash) }
        #expect(counter.count == Double(members))
    }

    @Test("Many members are estimated within four standard errors", arguments: [257, 1_000, 20_000, 500_000])
    func estimated(members: Int) {
        var generator = SeededGenerator(seed: 4)
        var counter = DistinctCounter()
        for _ in 0..<members { counter.insert(generator.next()) }
        #expect(abs(counter.count / Double(members) - 1) < 4 * 0.023)
    }

    @Test("Merging counts common members once")
    func merging() {
        var generator = SeededGenerator(seed: 6)
        let hashes = (0..<600).map { _ in generator.next() }
        var few = DistinctCounter()
        var many = DistinctCounter()
        for hash in hashes[..<100] { few.insert(hash) }
        for hash in hashes[50...] { many.insert(hash) }
        var both = few
        both.merge(many)
        #expect(abs(both.count / 600 - 1) < 4 * 0.023)
        many.merge(few)
        #expect(many.count == both.count)
    }
}
