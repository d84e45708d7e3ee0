import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("Packed summaries")
struct StatePackingTests {
    @Test("an hour comes back with the minutes that it had, each number to 12 bits", arguments: [0, 1, 7, 59, 60])
    func hour(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count) + 1)
        var block = HourBlock()
        for place in (0..<60).shuffled(using: &random).prefix(count) {
            var summary = MinuteSummary()
            for field in 0..<6 { summary[field] = Float(random.logNormal(median: 0.02, sigma: 3)) }
            block.summaries[place] = summary
        }
        let back = try #require(HourBlock(decoding: block.encoded()))
        for place in 0..<60 {
            #expect((back.summaries[place] == nil) == (block.summaries[place] == nil))
            guard let one = block.summaries[place], let other = back.summaries[place] else { continue }
            for field in 0..<6 { #expect(abs(other[field] / one[field] - 1) <= 1.0 / 4_096) }
        }
    }

    @Test(
        "numbers without a neighbour come back as they were",
        arguments: [0, -0.0, 1, -1, 4_095, Float.infinity, -.infinity, .nan, .leastNonzeroMagnitude * 0])
    func special(_ value: Float) throws {
        var block = HourBlock()
        block.summaries[59] = MinuteSummary(count: value, mean: -value)
        #expect(HourBlock(decoding: block.encoded()) == block)
    }

    @Test("the greatest number stays a number")
    func greatest() throws {
        var block = HourBlock()
        block.summaries[0] = MinuteSummary(count: .greatestFiniteMagnitude)
        let back = try #require(HourBlock(decoding: block.encoded())?.summaries[0])
        #expect(back.count.isFinite && back.count > 3.4e38)
    }

    @Test("bytes that were not packed by this program are refused, whatever they are")
    func garbage() {
        var random = SeededGenerator(seed: 9)
        var block = HourBlock()
        for place in 0..<60 { block.summaries[place] = MinuteSummary(count: Float(place)) }
        let packed = block.encoded()
        for place in packed.indices {
            var bytes = packed
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            // What gzip's own head does not protect is the time and the like.
            if let back = HourBlock(decoding: bytes) { #expect(back == block) }
            #expect(HourBlock(decoding: Array(packed.prefix(place))) == nil)
        }
        for content: [UInt8] in [[], [1], [2] + .init(repeating: 0, count: 8), [1] + .init(repeating: 255, count: 8)] {
            #expect(HourBlock(decoding: Gzip.compress(content)) == nil)
        }
    }

    @Test("a minute's row comes back; a row that was cut off gives its whole entries")
    func row() {
        let summaries: [Int64: MinuteSummary] = [1: summary(1, 5), 4_000_000_000: summary(2, 6)]
        let bytes = MinuteRow.encode(summaries)
        var back: [Int64: MinuteSummary] = [:]
        MinuteRow.decode(bytes) { back[$0] = $1 }
        #expect(back == summaries)
        back = [:]
        MinuteRow.decode(Array(bytes.dropLast())) { back[$0] = $1 }
        #expect(back == [1: summary(1, 5)])
        back = [:]
        MinuteRow.decode(bytes, only: 4_000_000_000) { back[$0] = $1 }
        #expect(back.keys.sorted() == [4_000_000_000])
        MinuteRow.decode([]) { _, _ in Issue.record("nothing is there") }
    }

    @Test(
        "labels come back from their text",
        arguments: [
            [:], ["a": "b"], ["b": "", "a": "x,y=\"z\"\\"], ["a": "line\nend"], ["a": "\u{301}=\u{301}\"\u{301},"],
            ["a": "\\n"],
        ] as [LabelSet])
    func labels(_ labels: LabelSet) {
        #expect(LabelText.decode(LabelText.encode(labels)) == labels)
    }

    @Test("equal label sets have one text")
    func canonical() {
        #expect(LabelText.encode(["b": "2", "a": "1"]) == "a=\"1\",b=\"2\"")
    }

    @Test(
        "texts that are no labels are refused",
        arguments: ["a", "a=", "a=\"", "a=\"b", "a=\"b\\", "=\"b\"", "a=\"b\",", "a=\"b\"c=\"d\"", "a=b", ","])
    func badLabels(_ text: String) {
        #expect(LabelText.decode(text) == nil)
    }
}
