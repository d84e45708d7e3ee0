import Telemetry
import TestSupport
import Testing

@testable import Collectors

@Suite("Repeated lines")
struct RepeatedLinesTests {
    /// What clients send, and what they should not, with a place for values. No two names become one: what is refused for
    /// that is remembered as refused, whatever its values.
    private static let shapes = [
        "a:%|ms", "a:%|ms|#m:x", "a:%|ms|#m:x\r", "d:%|d|@0.25|#m:x", "a:%|ms|@1", "a:%|ms|#m:x|c:in-1", "b:%|c",
        "b:%|c|@0.5",
        "a:%|ms|T1700000000|#m:x", "a:%|ms|#m:x|e:it|card:low", "g:%|g", "g:%|g|#m:y", "s:%|s",
        "long.name.of.a.timing:%|d|#m:x,n:y",
        "n_ns:%|h", "u_us:%|h", "size_bytes:%|h", "datadog.dogstatsd.client.metrics:%|c", ":%|ms", "a%|ms", "a:%",
        "a:%|", "a:%|q",
        "a:%|ms|@0", "a:%|ms|@x", "_e{1,1}:%|x", "_sc|a|%", "a:%|ms|", "a:%|ms||", "a:%|ms|#", "", "\r", "a", ":", "|",
        "x:%|ms",
    ]
    private static let values = [
        "1", "12.345", "0", "0.0", "-0", "-3", "+4", "1e3", "1e-5", "", ".", "5.", ".5", "1.2.3", "nan", "inf", "0x10",
        "x",
        "1000000000000000000000", "999999999999999999", "9007199254740993", "0.1234567890123456789", "1:2:3", "1::3",
        "1:x:3",
        "1:2:", String(repeating: "12.345:7:0.5:1234567:", count: 40) + "8",
        String(repeating: "1.5:", count: 70) + "x:" + String(repeating: "2.5:", count: 70) + "-1", ":1", "3:-1:4e2:5",
        "1 2", "1;2",
    ]

    /// Sums of values that were counted together differ by roundings; nothing else may.
    private func isSame(_ one: SampleValue, _ other: SampleValue) -> Bool {
        guard case .histogram(let one) = one, case .histogram(let other) = other else { return one == other }
        let (ours, theirs) = (one.exponential, other.exponential)
        return one.classicCounts == other.classicCounts && ours.buckets == theirs.buckets
            && ours.firstIndex == theirs.firstIndex && ours.schema == theirs.schema
            && ours.zeroCount == theirs.zeroCount && ours.moments.count == theirs.moments.count
            && ours.moments.minimum == theirs.moments.minimum && ours.moments.maximum == theirs.moments.maximum
            && abs(ours.moments.sum - theirs.moments.sum) <= 1e-12 * ours.moments.sum
            && abs(ours.moments.mean - theirs.moments.mean) <= 1e-12 * ours.moments.mean
            && abs(ours.variance - theirs.variance) <= 1e-9 * ours.variance
    }

    private func compare(_ one: PushFixture, _ other: PushFixture, _ comment: Comment) {
        let (families, others) = (one.families, other.families)
        #expect(families.keys.sorted() == others.keys.sorted(), comment)
        for (name, family) in families {
            let other = others[name]?.samples ?? []
            #expect(family.samples.map(\.labels) == other.map(\.labels), comment)
            for (sample, other) in zip(family.samples, other) {
                let isSame = isSame(sample.value, other.value)
                #expect(isSame, "\(comment): \(name)")
            }
        }
        #expect(one.malformed == other.malformed, comment)
        #expect(one.dropped == other.dropped, comment)
        #expect(one.ingestor.counters.timings == other.ingestor.counters.timings, comment)
        #expect(one.ingestor.counters.otherValues == other.ingestor.counters.otherValues, comment)
        #expect(one.ingestor.counters.events == other.ingestor.counters.events, comment)
        #expect(one.ingestor.counters.serviceChecks == other.ingestor.counters.serviceChecks, comment)
    }

    @Test("Each line means the same whenever it comes", arguments: 0..<20)
    func sameMeaning(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var remembering = PushFixture()
        var forgetful = PushFixture()
        for _ in 0..<60 {
            let lines = (0..<20).map { _ in
                let shape = Self.shapes[Int(generator.next() % UInt64(Self.shapes.count))]
                let value = Self.values[Int(generator.next() % UInt64(Self.values.count))]
                return String(shape.split(separator: "%", omittingEmptySubsequences: false).joined(separator: value))
            }
            remembering.push(lines.joined(separator: "\n"))
            for line in lines {
                forgetful.ingestor.forgetLines()
                // A packet without a line is counted apart.
                if !line.isEmpty, line != "\r" { forgetful.push(line) }
            }
        }
        #expect(remembering.ingestor.counters.timings > 100, "lines are taken")
        compare(remembering, forgetful, "seed \(seed)")
    }

    @Test("The cut end of a packet is not taken for a line that came before")
    func cut() {
        var push = PushFixture()
        for _ in 0..<3 { push.push("calls:1|c\n") }
        push.push(Array("calls:1|c\ncalls:1|c".utf8), isCut: true)
        #expect(push.number("calls") == 4)
        #expect(push.malformed == [.datagramTruncated: 1])
    }

    @Test("A line that came before and is too long this time is refused")
    func tooLong() {
        var push = PushFixture()
        for _ in 0..<3 { push.push("sizes:1:2|d") }
        push.push("sizes:1" + String(repeating: ":1", count: PushLimits.lineBytesMax / 2) + "|d")
        #expect(push.malformed == [.lineTooLong: 1])
        #expect(push.ingestor.counters.timings == 6)
    }

    @Test("A line whose series is gone makes it anew")
    func expiry() {
        var push = PushFixture()
        for _ in 0..<3 { push.push("calls:1|c|#m:x") }
        push.ingestor.store.expire(slots: 0..<10, nowSeconds: 1_000)
        #expect(push.families.isEmpty)
        push.push("other:1|c", now: 1_000)
        push.push("calls:2|c|#m:x", now: 1_000)
        #expect(push.number("calls", ["m": "x"]) == 2)
        #expect(push.number("other") == 1)
    }

    @Test("Lines are remembered within limits, and right when they were forgotten")
    func bounded() {
        var lines = RepeatedLines(entriesMax: 100, bytesMax: 1_000, seed: 1)
        let entry = RepeatedLines.Entry(
            handle: .none, type: .counter, scale: ValueScale(decimals: 0, magnitude: .any), inverseSampleRate: 1)
        var found = 0
        for place in 0..<1_000 {
            let head = Array("name\(place)".utf8)
            let tail = Array("|c".utf8)
            head.withUnsafeBytes { head in
                tail.withUnsafeBytes { tail in
                    let hash = ByteWords.hash(tail, seed: ByteWords.hash(head, seed: 1))
                    #expect(lines.find(head, tail, hash: hash) == nil)
                    lines.insert(entry, head, tail, hash: hash)
                    found += lines.find(head, tail, hash: hash) == nil ? 0 : 1
                }
            }
        }
        #expect(found == 1_000)
    }
}
