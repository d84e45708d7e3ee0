import Testing

@testable import Collectors

@Suite("A set of CPUs")
struct CPUSetTests {
    @Test("holds each CPU once, whatever order it came in")
    func joined() {
        #expect(CPUSet([3...5, 0...1, 4...8, 8...8]).ranges == [0...1, 3...8])
        #expect(CPUSet([5, 5, 7, 0, 6]).ranges == [0...0, 5...7])
        #expect(CPUSet([5, 5, 7, 0]).count == 3)
        #expect(CPUSet([Int]()).isEmpty)
        #expect(CPUList("2,0-1,1-4".utf8)?.cpus == CPUSet([0, 1, 2, 3, 4]))
    }

    @Test(
        "has in common with another what both have",
        arguments: [
            ([0...3], [2...5], 2), ([0...9], [1...1, 3...4, 9...12], 4), ([0...1, 4...5], [2...3, 6...7], 0),
            ([0...100], [], 0), ([1...2, 4...9], [0...20], 8),
        ] as [([ClosedRange<Int>], [ClosedRange<Int>], Int)])
    func common(first: [ClosedRange<Int>], second: [ClosedRange<Int>], count: Int) {
        let both = CPUSet(first).intersection(CPUSet(second))
        #expect(both.count == count)
        #expect(both == CPUSet(second).intersection(CPUSet(first)))
        let members = Set(first.flatMap { Array($0) }).intersection(second.flatMap { Array($0) })
        #expect(both == CPUSet(Array(members)))
    }
}
