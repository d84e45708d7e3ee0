import AnomalyDetect
import TestSupport
import Testing

@Suite("The bytes of a baseline")
struct BaselineCodingTests {
    private func learned(_ minutes: Int) -> (baseline: Baseline, settings: BaselineSettings) {
        let settings = BaselineSettings()
        var baseline = Baseline(settings)
        for point in GeneratedSeries(.weekly).points.prefix(minutes) {
            baseline.learn(point.value, count: 200, at: GeneratedSeries.instant(point.minute))
        }
        return (baseline, settings)
    }

    @Test(
        "are what a baseline goes on from as if nothing had been", arguments: [0, 3, 10, 119, 120, 700, 9_000, 36_710])
    func roundTrip(minutes: Int) throws {
        var (baseline, settings) = learned(minutes)
        let bytes = baseline.encoded()
        #expect(bytes.count <= 32 * 1_024)
        var restored = try #require(Baseline(decoding: bytes, settings: settings))
        #expect(restored.encoded() == bytes)
        #expect(restored.state == baseline.state)
        for point in GeneratedSeries(.weekly).points.dropFirst(minutes).prefix(300) {
            let instant = GeneratedSeries.instant(point.minute)
            let expected = baseline.assess(point.value, count: 200, at: instant)
            #expect(restored.assess(point.value, count: 200, at: instant).isSame(as: expected))
            baseline.learn(point.value, count: 200, at: instant)
            restored.learn(point.value, count: 200, at: instant)
        }
        #expect(restored.encoded() == baseline.encoded())
    }

    @Test("are refused when a part is missing, added or of another kind")
    func damaged() {
        let (baseline, settings) = learned(3_000)
        let bytes = baseline.encoded()
        for count in stride(from: 0, to: bytes.count, by: 97) {
            #expect(Baseline(decoding: Array(bytes.prefix(count)), settings: settings) == nil)
        }
        #expect(Baseline(decoding: bytes + [0], settings: settings) == nil)
        #expect(Baseline(decoding: [1] + bytes.dropFirst(), settings: settings) == nil)
        var other = settings
        other.interval = 300
        #expect(Baseline(decoding: bytes, settings: other) == nil)
    }

    /// Where a number of eight bytes stands, counted from the end, and what it cannot be.
    private static let damages: [(name: String, place: Int, value: UInt64)] = [
        ("an incident since the beginning of time", 20, UInt64(bitPattern: .min)),
        ("an incident since the end of time", 20, UInt64(bitPattern: .max)),
        ("an episode lower than any", 30 + 24, 1),
        ("an episode in the distant future", 30 + 16, UInt64(bitPattern: .max)),
    ]

    @Test("are refused where a number cannot be", arguments: damages)
    func impossible(_ damage: (name: String, place: Int, value: UInt64)) {
        var (baseline, settings) = learned(3_000)
        for minute in 3_000..<3_010 { baseline.learn(5, count: 200, at: GeneratedSeries.instant(minute)) }
        var bytes = baseline.encoded()
        #expect(Baseline(decoding: bytes, settings: settings) != nil)
        let start = bytes.count - damage.place
        withUnsafeBytes(of: damage.value.littleEndian) { bytes.replaceSubrange(start..<start + 8, with: $0) }
        #expect(Baseline(decoding: bytes, settings: settings) == nil)
    }

    @Test("are refused where a first value could not have been learned")
    func impossibleOpening() {
        let (baseline, settings) = learned(3)
        var bytes = baseline.encoded()
        withUnsafeBytes(of: 1e200.bitPattern.littleEndian) { bytes.replaceSubrange(10..<18, with: $0) }
        #expect(Baseline(decoding: bytes, settings: settings) == nil)
    }

    @Test("may be anything: what is accepted works")
    func random() {
        let (baseline, settings) = learned(3_000)
        let bytes = baseline.encoded()
        var generator = SeededGenerator(seed: 5)
        var accepted = 0
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<generator.next(below: 8) + 1 {
                damaged[generator.next(below: damaged.count)] = UInt8(generator.next(below: 256))
            }
            guard var found = Baseline(decoding: damaged, settings: settings) else { continue }
            accepted += 1
            for minute in 3_000..<3_010 {
                let assessment = found.assess(0.1, count: 10, at: GeneratedSeries.instant(minute))
                #expect(!assessment.score.isNaN)
                found.learn(0.1, count: 10, at: GeneratedSeries.instant(minute))
            }
        }
        #expect(accepted > 20)
    }
}
