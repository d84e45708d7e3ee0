import AnomalyDetect
import Testing

@testable import latencyd

@Suite("The detector over a file")
struct BacktestDetectorTests {
    @Test("Offsets of local time are right on both sides of a change, and asked for once a quarter of an hour")
    func offsets() {
        let change: Int64 = 1_774_746_000
        var memory = OffsetMemory { $0 < change ? 3_600 : 7_200 }
        #expect(memory.offset(at: change - 1) == 3_600)
        #expect(memory.offset(at: change) == 7_200)
        #expect(memory.offset(at: change + 899) == 7_200)
        #expect(memory.offset(at: change - 900) == 3_600)
    }

    @Test("A row without a value has no score, no alarm and no expectation")
    func missing() {
        var detector = BacktestDetector(BaselineSettings(), interval: 60) { _ in 0 }
        for minute in 0..<200 { _ = detector.decide(Double(minute * 60), 1) }
        let row = detector.decide(12_000, .nan)
        #expect(row.value.isNaN && row.expected.isNaN && row.score == 0 && !row.isAlarm)
    }

    @Test("Scores are finite whatever comes", arguments: [0.0, 1e-300, 1e300, -1e300, 5])
    func finite(_ value: Double) {
        var detector = BacktestDetector(BaselineSettings(), interval: 60) { _ in 0 }
        for minute in 0..<500 {
            let odd = minute.isMultiple(of: 50)
            #expect(detector.decide(Double(minute * 60), odd ? value : 10).score.isFinite)
        }
    }
}
