import Telemetry

/// What is kept of a page while it is read: wanted samples as numbers of names and label sets, and counts.
struct KeptSamples {
    private struct Record {
        var name: UInt32
        var set: UInt32
        var value: Double
    }

    let limits: PageLimits
    var labels: LabelInterner
    var budget: KeptBudget
    /// Counts, and in the end all of it.
    private(set) var page = ScrapedPage()

    private let wantsAll: Bool
    private var nameTable = ByteTable()
    private var names: [String] = []
    private var counts: [Int] = []
    /// Names of families of which a sample is wanted.
    private var familyTable = ByteTable()
    private var records: [Record] = []
    private var seen = SeriesSeen()

    init(wanted: WantedNames, limits: PageLimits) {
        self.limits = limits
        labels = LabelInterner(labelsMax: limits.labelsMax)
        budget = KeptBudget(bytes: limits.keptBytesMax)
        wantsAll = wanted.names == nil
        for name in wanted.names ?? [] {
            if nameTable.insert(name) == names.count { add(name: name) }
            for family in Self.families(of: name) { _ = familyTable.insert(family) }
        }
    }

    private mutating func add(name: String) {
        names.append(name)
        counts.append(0)
    }

    // MARK: Samples

    /// A sample was seen, wanted or not.
    @inline(__always)
    mutating func countSample() { page.sampleCount &+= 1 }

    @inline(__always)
    mutating func countMalformed() { page.malformedCount &+= 1 }

    /// A wanted sample has no room.
    mutating func countOmitted() { page.isTruncated = true }

    /// Whether the sample name in `range` is wanted.
    func verdict(_ bytes: Span<UInt8>, _ range: Range<Int>) -> NameMemo.Verdict {
        let hash = nameTable.hash(bytes, range)
        if let known = nameTable.find(bytes, range, hash: hash) { return .wanted(known) }
        return wantsAll ? .new : .unwanted
    }

    /// The number of the wanted name in `range`; nil where there is no room for it.
    mutating func addName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let hash = nameTable.hash(bytes, range)
        if let known = nameTable.find(bytes, range, hash: hash) { return known }
        guard budget.take(2 * range.count + KeptBudget.nameBytes) else {
            countOmitted()
            return nil
        }
        add(name: bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        return nameTable.add(bytes, range, hash: hash)
    }

    /// Keeps a sample where it is new and there is room.
    @inline(__always)
    mutating func keep(name: Int, set: Int, value: Double) {
        guard records.count < limits.samplesMax, budget.take(KeptBudget.sampleBytes) else { return countOmitted() }
        guard seen.insert(name: name, set: set) else {
            page.duplicateCount &+= 1
            return
        }
        counts[name] &+= 1
        records.append(
            Record(name: UInt32(truncatingIfNeeded: name), set: UInt32(truncatingIfNeeded: set), value: value))
    }

    // MARK: Families

    /// The page says that the family in `range` is a `kind`; the first word counts.
    mutating func noteKind(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: ScrapedKind) {
        guard let family = bytes.text(range), page.kinds[family] == nil else { return }
        guard budget.take(2 * range.count + KeptBudget.nameBytes) else { return countOmitted() }
        page.kinds[family] = kind
    }

    /// Whether a sample of the family in `range` is wanted.
    func isWanted(family bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        wantsAll || familyTable.find(bytes, range, hash: familyTable.hash(bytes, range)) != nil
    }

    /// The names that the family of a sample called `name` may have.
    private static func families(of name: String) -> [String] {
        let suffixes = ["_total", "_created", "_bucket", "_sum", "_count", "_gsum", "_gcount", "_info"]
        return [name] + suffixes.filter { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
    }

    // MARK: The page

    /// Everything kept, by name.
    mutating func finish() -> ScrapedPage {
        var lists = [[ScrapedSample]](repeating: [], count: names.count)
        for (number, count) in counts.enumerated() { lists[number].reserveCapacity(count) }
        for record in records {
            let name = Int(record.name)
            lists[name].append(ScrapedSample(names[name], labels.sets[Int(record.set)], record.value))
        }
        records = []
        page.samples.reserveCapacity(counts.count { $0 > 0 })
        for (number, list) in lists.enumerated() where !list.isEmpty {
            // Names that were no UTF-8 can be the same once they are repaired.
            page.samples[names[number], default: []] += list
        }
        page.repairedCount = labels.repairedCount
        return page
    }
}
