import Telemetry
import TestSupport
import Testing

@testable import Collectors

@Suite("Push ingestor")
struct PushIngestorTests {
    @Test("A millisecond timing becomes a histogram in seconds with the line's tags as labels")
    func timing() throws {
        var push = PushFixture()
        push.push("inference.latency:12.5|ms|#model:a")
        let histogram = try #require(push.histogram("inference_latency_seconds", ["model": "a"]))
        #expect(histogram.exponential.count == 1)
        #expect(histogram.exponential.sum == 0.0125)
        #expect(push.ingestor.counters.timings == 1)
    }

    @Test("Every type is taken, several values a line, lines with and without a last newline")
    func types() throws {
        var push = PushFixture()
        push.push(
            "reqs:3|c\nreqs:2|c|@0.5\ndepth:7|g\ndepth:+2|g\ndepth:-4|g\nt:1:2:3|ms\nh:5|h\nh:6|d\nu:a|s\nu:b|s\nu:a|s")
        #expect(push.number("reqs") == 7)
        #expect(push.number("depth") == 5)
        #expect(push.histogram("t_seconds")?.exponential.count == 3)
        #expect(push.histogram("t_seconds")?.exponential.sum == 0.006)
        #expect(push.histogram("h")?.exponential.sum == 11)
        #expect(push.number("u") == 2)
        #expect(push.malformed.isEmpty && push.dropped.isEmpty)
        #expect(push.ingestor.counters.timings == 5)
        #expect(push.ingestor.counters.otherValues == 8)
    }

    @Test("The order of tags and of fields does not matter, later fields are skipped")
    func fields() {
        var push = PushFixture()
        push.push("a:1|ms|#x:1,y:2|@0.5|c:ci-abc|T1700000000|e:it-false|card:low|zz:new")
        push.push("a:1|ms|@0.5|c:in-5|#y:2,x:1")
        push.push("a:1|ms||#y:2,x:1")
        #expect(push.histogram("a_seconds", ["x": "1", "y": "2"])?.exponential.count == 5)
        #expect(push.ingestor.store.seriesCount == 1)
        #expect(push.malformed.isEmpty)
    }

    @Test("Lines that were forgotten for want of memory are known again, and so are their refusals")
    func forgottenLines() {
        var push = PushFixture()
        for _ in 1...2 {
            push.push("reqs:3|c|#a:b\nlatencyd_x:1|c")
            push.ingestor.forgetLines()
        }
        push.push("reqs:3|c|#a:b")
        #expect(push.number("reqs", ["a": "b"]) == 9)
        #expect(push.ingestor.store.seriesCount == 1)
        #expect(push.dropped.values.reduce(0, +) + push.malformed.values.reduce(0, +) == 2)
    }

    @Test("Events and service checks are counted and left")
    func aside() {
        var push = PushFixture()
        push.push("_e{5,4}:title|text|t:error|#a:b\n_sc|svc|1|#x:y|m:bad\n_under:1|c")
        #expect(push.ingestor.counters.events == 1)
        #expect(push.ingestor.counters.serviceChecks == 1)
        #expect(push.number("_under") == 1)
        #expect(push.malformed.isEmpty)
    }

    static let malformed: [(String, MalformedReason)] = [
        ("", .empty), ("\n\n", .empty), ("abc", .noValue), ("abc|c", .noValue), ("a:1", .noType), ("a:1|", .noType),
        ("a:1|x", .unknownType), ("a:1|mss", .unknownType), (":1|c", .emptyName), ("a:|c", .badValue),
        ("a:abc|c", .badValue), ("a:0x10|c", .badValue), ("a:1e|c", .badValue), ("a:1.2.3|c", .badValue),
        ("a: 1|c", .badValue), ("a:--1|c", .badValue), ("a:1-2|c", .badValue), ("a:.|c", .badValue),
        ("a:nan|ms", .notFinite), ("a:NaN|ms", .notFinite), ("a:inf|g", .notFinite), ("a:-Infinity|c", .notFinite),
        ("a:1e999|ms", .notFinite), ("a:-1|ms", .negative), ("a:-1|c", .negative), ("a:-0.001|h", .negative),
        ("a:1e13|ms", .outOfRange), ("a:1e19|d", .outOfRange), ("a:1e300|c", .outOfRange), ("a:1e300|g", .outOfRange),
        ("a:1|ms|@0", .badSampleRate), ("a:1|ms|@2", .badSampleRate), ("a:1|ms|@-1", .badSampleRate),
        ("a:1|ms|@nan", .badSampleRate), ("a:1|ms|@", .badSampleRate), ("a:1|ms|@1e-9", .badSampleRate),
        ("a:1|ms|@0x1", .badSampleRate), ("a\u{0}:1|c", .controlCharacter), ("a:1|c|#b:\u{1B}[0m", .controlCharacter),
        ("a:1|c|#b:\u{85}", .controlCharacter), ("a:|s", .badValue),
        (String(repeating: "n", count: 201) + ":1|c", .nameTooLong),
        ("a:1|c|#" + String(repeating: "t", count: 129) + ":1", .tagTooLong),
        ("a:1|c|#t:" + String(repeating: "v", count: 513), .tagTooLong),
        ("a:1|c|#" + (0..<65).map { "t\($0):1" }.joined(separator: ","), .tooManyTags),
        (String(repeating: "x", count: 16_385), .lineTooLong),
    ]

    @Test(
        "A line that cannot be read is counted by reason, and the good lines beside it are kept", arguments: malformed)
    func malformedLine(_ line: String, _ reason: MalformedReason) {
        var push = PushFixture()
        push.push(line)
        #expect(push.malformed == [reason: 1])
        #expect(push.ingestor.store.seriesCount == 0)
        guard reason != .empty else { return }
        push.push("good:1|c\n\(line)\ngood:1|c")
        #expect(push.malformed == [reason: 2])
        #expect(push.number("good") == 2)
    }

    @Test("Ten thousand tags on a line are too many, whichever limit says so first")
    func tenThousandTags() {
        var push = PushFixture()
        push.push("a:1|c|#" + (0..<10_000).map { "t\($0)" }.joined(separator: ","))
        #expect(push.malformed == [.lineTooLong: 1])
        push.push("a:1|c|#" + (0..<2_000).map { "t\($0)" }.joined(separator: ","))
        #expect(push.malformed == [.lineTooLong: 1, .tooManyTags: 1])
    }

    @Test("Invalid UTF-8 in a name or tag is refused")
    func invalidUTF8() {
        var push = PushFixture()
        push.push(Array("a".utf8) + [0xFF] + Array(":1|c\nb:1|c|#t:".utf8) + [0xC3, 0x28])
        #expect(push.malformed == [.invalidUTF8: 2])
    }

    @Test("Of several values the bad ones are counted and the good ones kept")
    func mixedValues() {
        var push = PushFixture()
        push.push("a:1:x:-3:2:|ms")
        #expect(push.histogram("a_seconds")?.exponential.count == 2)
        #expect(push.malformed == [.badValue: 2, .negative: 1])
    }

    @Test("A cut datagram loses its last line only")
    func cut() {
        var push = PushFixture()
        push.push(Array("a:1|c\na:1|c\na:1".utf8), isCut: true)
        #expect(push.number("a") == 2)
        #expect(push.malformed == [.datagramTruncated: 1])
    }

    @Test("A client's metrics about itself are dropped and counted, or taken when asked")
    func clientTelemetry() {
        var push = PushFixture()
        push.push("datadog.dogstatsd.client.metrics:5|c")
        #expect(push.dropped == [.clientTelemetry: 1])
        var taking = PushFixture(options: PushOptions(clientTelemetry: .take))
        taking.push("datadog.dogstatsd.client.metrics:5|c")
        #expect(taking.number("datadog_dogstatsd_client_metrics") == 5)
    }

    @Test("A gauge's sign can be taken as the value's own")
    func signedGauges() {
        var push = PushFixture(options: PushOptions(signedGauges: .value))
        push.push("depth:7|g\ndepth:-4|g")
        #expect(push.number("depth") == -4)
    }

    @Test("A layer comes from the tag, else from the pattern")
    func layers() {
        var push = PushFixture(options: PushOptions(layer: { $0.hasPrefix("op_") ? "framework" : nil }))
        push.push("op.conv:1|ms\nop.relu:1|ms|#layer:business\nother:1|ms")
        #expect(push.histogram("op_conv_seconds", ["layer": "framework"]) != nil)
        #expect(push.histogram("op_relu_seconds", ["layer": "business"]) != nil)
        #expect(push.histogram("other_seconds") != nil)
    }

    @Test("A new tag value per line stops at the metric's limit, and others still get in")
    func cardinality() {
        var push = PushFixture(
            options: PushOptions(limits: SeriesLimits(seriesMax: 100, seriesPerMetricMax: 20, seriesPerSenderMax: 50)))
        push.push("good:1|ms", sender: 2)
        for i in 0..<1_000 { push.push("bad:1|ms|#request:\(i)", sender: 1) }
        for i in 0..<1_000 { push.push("bad\(i):1|ms", sender: 1) }
        push.push("good:1|ms\nlate:1|ms", sender: 2)
        #expect(push.dropped == [.maxSeriesPerMetric: 980, .maxSeriesPerSender: 970])
        #expect(push.histogram("good_seconds")?.exponential.count == 2)
        #expect(push.histogram("late_seconds")?.exponential.count == 1)
    }

    @Test("Minus zero is zero, in the native and in the classic buckets")
    func minusZero() throws {
        var push = PushFixture()
        push.push("a:-0:-1e-400|ms")
        let histogram = try #require(push.histogram("a_seconds"))
        #expect(histogram.exponential.zeroCount == 2)
        #expect(histogram.classicCounts.first == 2)
    }

    @Test("A line that was refused is taken once what refused it is gone, and not held against another process")
    func refusals() {
        let limits = SeriesLimits(seriesMax: 10, seriesPerMetricMax: 10, seriesPerSenderMax: 1)
        var push = PushFixture(options: PushOptions(limits: limits))
        push.push("a:1|g\na:1|c\na:1|c\nb:1|c\nb:1|c")
        #expect(push.dropped == [.typeConflict: 2, .maxSeriesPerSender: 2])
        push.push("b:1|c", sender: 2)
        #expect(push.number("b") == 1)
        push.ingestor.store.expire(slots: 0..<10, nowSeconds: 1_000)
        push.push("a:1|c", now: 1_000)
        #expect(push.number("a") == 1)
    }

    @Test("Tags are limited together, so that no series is dear on every line of the page")
    func tagBytes() {
        var push = PushFixture()
        push.push("a:1|c|#" + (0..<10).map { "t\($0):" + String(repeating: "v", count: 250) }.joined(separator: ","))
        #expect(push.malformed == [.tagsTooLong: 1])
        push.push("a:1|c|#b:1,t:" + String(repeating: "v", count: 2_048))
        push.push("a:1|c|#" + (0..<65).map { "t\($0):" + String(repeating: "v", count: 40) }.joined(separator: ","))
        #expect(push.malformed == [.tagsTooLong: 1, .tagTooLong: 1, .tooManyTags: 1])
    }

    @Test("A packet may be taken in pieces, each line once")
    func pieces() {
        var push = PushFixture()
        let packet = Array((0..<100).map { "a:\($0)|c" }.joined(separator: "\n").utf8)
        var cursor = PushIngestor.PacketCursor()
        var turns = 0
        var isDone = false
        while !isDone {
            var budgetBytes = 64
            isDone = push.ingestor.ingest(
                packet.span, isCut: false, sender: .unknown, at: PushTime(monotonicSeconds: 0, unixSeconds: 0),
                from: &cursor, budgetBytes: &budgetBytes)
            turns += 1
        }
        #expect(push.number("a") == 4_950)
        #expect(push.ingestor.counters.packets == 1)
        #expect(turns > 5)
    }

    @Test("A known line that comes after its series expired makes it anew")
    func expiry() {
        var push = PushFixture()
        push.push("a:5|c")
        push.ingestor.store.expire(slots: 0..<10, nowSeconds: 1_000)
        #expect(push.families.isEmpty)
        push.push("a:1|c", now: 1_000)
        #expect(push.number("a") == 1)
    }

    @Test("Lines that never repeat do not make the cache grow beyond its limit, and known ones are still right")
    func cacheIsBounded() {
        var push = PushFixture(options: PushOptions(limits: SeriesLimits(seriesMax: 64)))
        // The same series each time, its tags always in another order.
        let tags = (0..<8).map { "t\($0):v" }
        for i in 0..<5_000 {
            var order = tags
            order.swapAt(i % 8, (i / 8) % 8)
            order.swapAt((i / 64) % 8, (i / 512) % 8)
            push.push("a:1|c|#" + order.joined(separator: ","))
        }
        #expect(push.ingestor.store.seriesCount == 1)
        #expect(push.families["a"]?.samples.first?.value == .number(5_000))
    }

    @Test("Random bytes never trap, and every packet is accounted for")
    func fuzz() {
        var push = PushFixture()
        var generator = SeededGenerator(seed: 9)
        let alphabet = Array("a:1|ms|c|g|@0.5|#t:v,\n|h|d|s|_e{_sc|e-.+NaN\u{e9}\0".utf8)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...60, using: &generator)
            let packet = (0..<length).map { _ in alphabet.randomElement(using: &generator)! }
            push.push(packet)
        }
        push.push("still.here:1|c")
        #expect(push.number("still_here") == 1)
        #expect(push.ingestor.counters.packets == 20_001)
    }
}
