import Testing

@testable import latencyd

@Suite("The minutes in which timings are learned")
struct MinuteGridTests {
    @Test(
        "a trailing minute is compared with the minute that is not learned yet",
        arguments: [(600.0, 9), (600.3, 9), (599.8, 9), (610, 10), (659, 10), (660, 10), (661, 11)] as [(Double, Int64)]
    )
    func current(_ end: Double, _ minute: Int64) {
        #expect(MinuteGrid.current(end) == minute)
    }

    @Test("each minute ends once, at the first window past its end, however exact the windows are")
    func once() {
        var grid = MinuteGrid()
        let ends = stride(from: 600.0, through: 1_200, by: 10).map {
            $0 + ($0.truncatingRemainder(dividingBy: 3) - 1) / 10
        }
        let minutes = ends.compactMap { grid.advance(to: $0) }
        #expect(minutes == Array(9...19))
    }

    @Test("a clock set back a little passes the same minutes over; one set back far begins anew")
    func setBack() {
        var grid = MinuteGrid()
        let minutes = [6_000.0, 5_900, 6_060, 600, 660].map { grid.advance(to: $0) }
        #expect(minutes == [99, nil, 100, 9, 10])
    }
}
