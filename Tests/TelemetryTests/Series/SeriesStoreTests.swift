import Testing

@testable import Telemetry

@Suite("Series store")
struct SeriesStoreTests {
    private func admit(
        _ store: inout SeriesStore, _ raw: String, _ type: PushedType, _ labels: LabelSet = [:], sender: Int32 = 1,
        uid: UInt32 = 0,
        now: Double = 0
    ) throws(DropReason) -> SeriesHandle {
        try store.admit(
            rawName: raw, name: PushedName(raw: raw, type: type)!, type: type, labels: labels,
            sender: Sender(pid: sender, uid: uid),
            unixSeconds: 1_000, nowSeconds: now)
    }

    private func families(_ store: SeriesStore) -> [String: MetricFamily] {
        var families = PushedFamilies()
        store.snapshot(slots: 0..<store.slotCount, into: &families)
        return Dictionary(uniqueKeysWithValues: families.sorted.map { ($0.descriptor.name, $0) })
    }

    /// Each pair's second push must be refused for the reason, the first must stay.
    static let conflicts: [(String, PushedType, String, PushedType, DropReason)] = [
        ("a", .gauge, "a", .counter, .typeConflict),
        ("a", .counter, "a", .gauge, .typeConflict),
        ("a", .gauge, "a", .set, .typeConflict),
        ("a", .histogram, "a", .gauge, .typeConflict),
        ("a.b", .gauge, "a_b", .gauge, .nameCollision),
        ("a.b", .timing, "a_b_ms", .histogram, .nameCollision),
        ("a", .histogram, "a_count", .counter, .nameCollision),
        ("a", .histogram, "a_sum", .histogram, .nameCollision),
        ("a_sum", .histogram, "a", .histogram, .nameCollision),
        ("a_bucket", .counter, "a", .histogram, .nameCollision),
        ("a", .counter, "a_total", .counter, .nameCollision),
        ("a", .counter, "a_created", .histogram, .nameCollision),
        ("x", .gauge, "latencyd_up", .gauge, .reservedName),
        ("x", .gauge, "latencyd", .histogram, .reservedName),
        ("x", .gauge, "latencyd.up", .counter, .reservedName),
    ]

    @Test("A name belongs to whoever pushed it first", arguments: conflicts)
    func conflict(_ first: String, _ firstType: PushedType, _ second: String, _ type: PushedType, _ reason: DropReason)
        throws
    {
        var store = SeriesStore()
        _ = try admit(&store, first, firstType)
        #expect(throws: reason) { try admit(&store, second, type) }
        #expect(store.seriesCount == 1)
        _ = try admit(&store, first, firstType, ["k": "v"])
        #expect(store.seriesCount == 2)
    }

    @Test("A name is free again when its last series has expired")
    func namesReturn() throws {
        var store = SeriesStore()
        _ = try admit(&store, "a", .gauge)
        store.expire(slots: 0..<store.slotCount, nowSeconds: 901)
        #expect(store.seriesCount == 0)
        #expect(store.expiredCount == 1)
        _ = try admit(&store, "a", .counter)
        #expect(families(store)["a"]?.descriptor.kind == .counter)
    }

    @Test("Limits hold in all, per metric and per sender, and refused series leave no trace")
    func limits() throws {
        var store = SeriesStore(limits: SeriesLimits(seriesMax: 6, seriesPerMetricMax: 3, seriesPerSenderMax: 4))
        for i in 0..<3 { _ = try admit(&store, "a", .gauge, ["i": "\(i)"]) }
        #expect(throws: DropReason.maxSeriesPerMetric) { try admit(&store, "a", .gauge, ["i": "3"]) }
        _ = try admit(&store, "b", .gauge)
        #expect(throws: DropReason.maxSeriesPerSender) { try admit(&store, "c", .gauge) }
        _ = try admit(&store, "c", .counter, sender: 2)
        _ = try admit(&store, "d", .timing, sender: 2)
        #expect(throws: DropReason.maxSeries) { try admit(&store, "e", .gauge, sender: 3) }
        #expect(store.seriesCount == 6)
        // "e" was refused, so its name is not taken.
        store.expire(slots: 0..<store.slotCount, nowSeconds: 10_000)
        _ = try admit(&store, "e", .counter, sender: 1)
        #expect(families(store).keys.sorted() == ["e"])
    }

    @Test("Long names and labels have a limit of their own, in all and per sender")
    func nameBytes() throws {
        var store = SeriesStore(limits: SeriesLimits(seriesMax: 10, seriesPerMetricMax: 10, seriesPerSenderMax: 5))
        let long = String(repeating: "v", count: 700)
        for i in 0..<2 { _ = try admit(&store, "a", .gauge, ["i": "\(i)", "long": long], sender: 1) }
        #expect(throws: DropReason.labelBytes) { try admit(&store, "a", .gauge, ["long": long], sender: 1) }
        _ = try admit(&store, "a", .gauge, ["short": "x"], sender: 1)
        for i in 2..<4 { _ = try admit(&store, "a", .gauge, ["i": "\(i)", "long": long], sender: 2) }
        #expect(throws: DropReason.labelBytes) { try admit(&store, "a", .gauge, ["long": long], sender: 3) }
    }

    @Test("A user who has more than half makes room for another's first series, and only for those")
    func userShare() throws {
        var store = SeriesStore(limits: SeriesLimits(seriesMax: 20, seriesPerMetricMax: 20, seriesPerSenderMax: 10))
        for i in 0..<20 {
            _ = try admit(&store, "hog", .gauge, ["i": "\(i)"], sender: Int32(i), uid: 1, now: Double(i))
        }
        #expect(throws: DropReason.maxSeries) { try admit(&store, "more", .gauge, sender: 99, uid: 1) }
        for i in 0..<2 { _ = try admit(&store, "good", .gauge, ["i": "\(i)"], sender: 50, uid: 2) }
        #expect(store.evictedCount == 2)
        #expect(throws: DropReason.maxSeries) { try admit(&store, "good", .gauge, ["i": "2"], sender: 51, uid: 2) }
        // The ones that were silent for longest have gone.
        let left = families(store)["hog"]?.samples.compactMap { $0.labels["i"] }
        #expect(left?.contains("0") == false && left?.contains("1") == false && left?.count == 18)
    }

    @Test("A family whose last series gives way to a new one of its own stays")
    func familyOfTheVictim() throws {
        var store = SeriesStore(limits: SeriesLimits(seriesMax: 20, seriesPerMetricMax: 20, seriesPerSenderMax: 20))
        _ = try admit(&store, "x", .gauge, ["of": "hog"], uid: 1, now: 0)
        for i in 0..<19 { _ = try admit(&store, "hog", .gauge, ["i": "\(i)"], uid: 1, now: 1) }
        let handle = try admit(&store, "x", .gauge, ["of": "good"], sender: 2, uid: 2, now: 2)
        store.set(5, isDelta: false, in: handle, nowSeconds: 2)
        #expect(families(store)["x"]?.samples.map(\.labels) == [["of": "good"]])
        #expect(families(store)["x"]?.samples.map(\.value) == [.number(5)])
    }

    @Test("A user who fills the budget with long labels makes room as well, and the budget holds")
    func longLabelsMakeRoom() throws {
        var store = SeriesStore(limits: SeriesLimits(seriesMax: 100, seriesPerMetricMax: 100, seriesPerSenderMax: 60))
        let long = String(repeating: "v", count: 1_900)
        for i in 0..<16 {
            _ = try admit(&store, "hog", .gauge, ["i": "\(i)", "l": long], sender: Int32(1 + i / 8), uid: 1)
        }
        #expect(throws: DropReason.labelBytes) {
            try admit(&store, "hog", .gauge, ["l": long], sender: 3, uid: 1)
        }
        _ = try admit(&store, "good", .gauge, ["l": long], sender: 9, uid: 2)
        #expect(store.evictedCount == 1)
        #expect(families(store)["good"]?.samples.count == 1)
    }

    @Test("A walk in pieces does not meet a series twice that expires and comes back meanwhile")
    func walk() throws {
        var store = SeriesStore()
        for i in 0..<4 { _ = try admit(&store, "a", .gauge, ["i": "\(i)"], now: i == 1 ? 0 : 1_000) }
        let serial = store.nextSerial
        var families = PushedFamilies()
        store.snapshot(slots: 0..<2, before: serial, into: &families)
        store.expire(slots: 0..<4, nowSeconds: 1_000)
        _ = try admit(&store, "other", .gauge, now: 1_000)
        _ = try admit(&store, "a", .gauge, ["i": "1"], now: 1_000)
        store.snapshot(slots: 2..<8, before: serial, into: &families)
        #expect(families.sorted.map(\.samples.count) == [4])
    }

    @Test("A handle of an expired series finds nothing, even when its place is used again")
    func staleHandles() throws {
        var store = SeriesStore()
        let old = try admit(&store, "a", .counter)
        store.expire(slots: 0..<store.slotCount, nowSeconds: 1_000)
        #expect(!store.isLive(old))
        let new = try admit(&store, "b", .counter, now: 1_000)
        store.add(5, to: old, nowSeconds: 1_000)
        store.add(2, to: new, nowSeconds: 1_000)
        #expect(families(store)["b"]?.samples.map(\.value) == [.number(2)])
    }

    @Test("Fractional weights add up: ten values at a rate of 0.3 count as 33")
    func fractionalWeights() throws {
        var store = SeriesStore()
        let handle = try admit(&store, "a", .timing)
        for _ in 0..<10 { store.observe(0.01, inverseSampleRate: 1 / 0.3, in: handle, nowSeconds: 0) }
        guard case .histogram(let snapshot) = families(store)["a_seconds"]?.samples.first?.value else {
            Issue.record("no histogram")
            return
        }
        #expect(snapshot.exponential.count == 33)
        #expect(snapshot.classicCounts.reduce(0, +) == 33)
    }

    @Test("The trailing minute forgets what is older, the exposed histogram does not")
    func trailingMinute() throws {
        var store = SeriesStore()
        let handle = try admit(&store, "a", .timing, ["model": "m"])
        var summarizer = WindowSummarizer()
        var last: [TimingSummary] = []
        for window in 0..<7 {
            if window == 0 { store.observe(10, inverseSampleRate: 1, in: handle, nowSeconds: 0) }
            if window == 3 { for _ in 0..<30 { store.observe(0.5, inverseSampleRate: 1, in: handle, nowSeconds: 0) } }
            var windows: [SeriesStore.TimingWindows] = []
            store.rotate(slots: 0..<store.slotCount, into: &windows)
            last = windows.map { summarizer.summary(of: $0) }
            switch window {
            case 0:
                #expect(last[0].summary.count == 1)
                #expect(last[0].summary.spanSeconds == 10)
                #expect(last[0].summary.p99 == 10)
            case 5:
                #expect(last[0].summary.count == 31)
                #expect(last[0].summary.spanSeconds == 60)
            default: break
            }
        }
        #expect(last.count == 1)
        #expect(last[0].timing == "a_seconds")
        #expect(last[0].labels == ["model": "m"])
        #expect(last[0].summary.count == 30)
        #expect(last[0].summary.rate == 0.5)
        #expect(abs(last[0].summary.p50! - 0.5) < 1e-9)
        #expect(last[0].summary.standardDeviation == 0)
        guard case .histogram(let snapshot) = families(store)["a_seconds"]?.samples.first?.value else {
            Issue.record("no histogram")
            return
        }
        #expect(snapshot.exponential.count == 31)
        #expect(snapshot.exponential.sum == 25)
    }

    @Test("Work in pieces sees every series once")
    func pieces() throws {
        var store = SeriesStore()
        for i in 0..<100 { _ = try admit(&store, "m\(i % 7)", .timing, ["i": "\(i)"]) }
        var families = PushedFamilies()
        var windows: [SeriesStore.TimingWindows] = []
        for start in stride(from: 0, to: 130, by: 32) {
            store.snapshot(slots: start..<start + 32, into: &families)
            store.rotate(slots: start..<start + 32, into: &windows)
        }
        #expect(families.sorted.map(\.samples.count).reduce(0, +) == 100)
        #expect(windows.count == 100)
    }

    @Test("A set counts its members of the trailing minute")
    func sets() throws {
        var store = SeriesStore(windowSeconds: 30)
        let handle = try admit(&store, "users", .set)
        func count() -> SampleValue? { families(store)["users"]?.samples.first?.value }
        for hash in [1, 2, 3, 2] as [UInt64] { store.insert(memberHash: hash, in: handle, nowSeconds: 0) }
        #expect(count() == .number(3))
        var windows: [SeriesStore.TimingWindows] = []
        store.rotate(slots: 0..<1, into: &windows)
        store.insert(memberHash: 4, in: handle, nowSeconds: 0)
        #expect(count() == .number(4))
        for _ in 0..<2 { store.rotate(slots: 0..<1, into: &windows) }
        #expect(count() == .number(1))
    }
}
