import Telemetry

/// Names and values of labels, and sets of them, each of which exists once however often a page repeats it.
///
/// Texts and sets have numbers. What is new takes from a budget; where that is used up there is no number.
struct LabelInterner {
    /// A label by the numbers of its texts.
    struct Pair {
        var name: UInt32
        var value: UInt32
    }

    /// What making a set came to.
    enum Outcome {
        /// The set with this number.
        case set(Int)
        /// A name twice, or too many labels.
        case malformed
        /// There is no memory left for it.
        case omitted
    }

    /// The set without labels.
    static let emptySet = 0

    private(set) var sets: [LabelSet] = [[:]]
    /// Texts that were no UTF-8.
    private(set) var repairedCount = 0

    private var textTable = ByteTable()
    private var texts: [String] = []
    /// The number under which a text is known: another one for a text that had to be repaired.
    private var repaired: [UInt32] = []
    /// Sets by the numbers of their texts, in the order of the names.
    private var setTable = ByteTable()
    /// Sets by the bytes in which the page writes them.
    private var blockTable = ByteTable()
    private var blockSets: [Int] = []
    private let labelsMax: Int

    init(labelsMax: Int) {
        self.labelsMax = labelsMax
        _ = setTable.insert("")
    }

    func text(_ number: UInt32) -> String { texts[Int(number)] }

    /// The number of the text in `range`.
    mutating func text(_ bytes: Span<UInt8>, _ range: Range<Int>, budget: inout KeptBudget) -> UInt32? {
        let hash = textTable.hash(bytes, range)
        if let known = textTable.find(bytes, range, hash: hash) { return repaired[known] }
        guard budget.take(2 * range.count + KeptBudget.textBytes) else { return nil }
        let valid = bytes.text(range)
        let text = valid ?? bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let number = textTable.add(bytes, range, hash: hash)
        texts.append(text)
        repaired.append(UInt32(number))
        if valid == nil {
            repairedCount += 1
            guard let good = self.text(text, budget: &budget) else { return nil }
            repaired[number] = good
        }
        return repaired[number]
    }

    /// The number of `text`.
    mutating func text(_ text: String, budget: inout KeptBudget) -> UInt32? {
        let bytes = Array(text.utf8)
        return self.text(bytes.span, 0..<bytes.count, budget: &budget)
    }

    /// The set of `pairs`, which come back sorted by name.
    mutating func set(_ pairs: inout [Pair], budget: inout KeptBudget) -> Outcome {
        guard !pairs.isEmpty else { return .set(Self.emptySet) }
        guard pairs.count <= labelsMax else { return .malformed }
        if !isSorted(pairs) { pairs.sort { texts[Int($0.name)] < texts[Int($1.name)] } }
        for i in 1..<max(1, pairs.count) where texts[Int(pairs[i - 1].name)] == texts[Int(pairs[i].name)] {
            return .malformed
        }
        let numbers = pairs.span
        let key = Span<UInt8>(_bytes: numbers.bytes)
        let hash = setTable.hash(key, 0..<key.count)
        if let known = setTable.find(key, 0..<key.count, hash: hash) { return .set(known) }
        guard budget.take(pairs.count * KeptBudget.labelBytes + KeptBudget.setBytes) else { return .omitted }
        sets.append(LabelSet(sorted: pairs.map { Label(texts[Int($0.name)], texts[Int($0.value)]) }))
        return .set(setTable.add(key, 0..<key.count, hash: hash))
    }

    /// The set that stands for the very bytes in `range`, where `remember` was told it.
    @inline(__always)
    func block(_ bytes: Span<UInt8>, _ range: Range<Int>, hash: UInt64) -> Int? {
        blockTable.find(bytes, range, hash: hash).map { blockSets[$0] }
    }

    @inline(__always)
    func blockHash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 { blockTable.hash(bytes, range) }

    /// Remembers which set the bytes in `range` stand for, where there is room.
    mutating func remember(
        _ bytes: Span<UInt8>, _ range: Range<Int>, hash: UInt64, set: Int, budget: inout KeptBudget
    ) {
        guard budget.take(range.count + KeptBudget.blockBytes) else { return }
        _ = blockTable.add(bytes, range, hash: hash)
        blockSets.append(set)
    }

    private func isSorted(_ pairs: [Pair]) -> Bool {
        for i in 1..<max(1, pairs.count) where texts[Int(pairs[i - 1].name)] > texts[Int(pairs[i].name)] {
            return false
        }
        return true
    }
}
