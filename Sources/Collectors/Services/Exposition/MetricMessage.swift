/// `io.prometheus.client.Metric`, read into the samples that it has in text.
///
/// Field numbers: `io/prometheus/client/metrics.proto` of https://github.com/prometheus/client_model.
struct MetricMessage {
    /// A sample without its labels.
    private struct Draft {
        var part: FamilyNames.Part
        /// The value of `le` or `quantile`.
        var bound: Double?
        var value: Double
    }

    private enum LabelOfBound: String {
        case le
        case quantile
    }

    // For one metric; here for their memory.
    private var labels: [(name: Range<Int>, value: Range<Int>)] = []
    private var drafts: [Draft] = []
    private var labelOfBound = LabelOfBound.le
    private var base: [LabelInterner.Pair] = []
    private var pairs: [LabelInterner.Pair] = []
    /// The texts of bounds, which are the same in metric after metric.
    private var boundTexts: [UInt64: UInt32] = [:]

    /// Reads the metric in `range`, and keeps of it what is wanted.
    mutating func read(
        _ bytes: Span<UInt8>, _ range: Range<Int>, names: inout FamilyNames, kept: inout KeptSamples
    ) throws(WireFault) {
        labels.removeAll(keepingCapacity: true)
        drafts.removeAll(keepingCapacity: true)
        var cursor = WireCursor(range)
        var isValid = true
        while let field = try cursor.next(bytes) {
            switch field.number {
            case 1: labels.append(try Self.label(bytes, try field.bytes()))
            // Gauge, counter and untyped have their value as first field.
            case 2, 3, 5:
                let value = try Self.value(bytes, try field.bytes())
                drafts.append(Draft(part: .plain, bound: nil, value: value))
            case 4: try readSummary(bytes, try field.bytes())
            case 7: isValid = try readHistogram(bytes, try field.bytes(), kept.limits) && isValid
            default: continue
            }
        }
        guard isValid, !drafts.isEmpty, !names.family.isEmpty, keep(bytes, &names, &kept) else {
            return kept.countMalformed()
        }
        for _ in drafts { kept.countSample() }
    }

    private static func label(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(WireFault) -> (name: Range<Int>, value: Range<Int>) {
        let none = range.lowerBound..<range.lowerBound
        var label = (name: none, value: none)
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            switch field.number {
            case 1: label.name = try field.bytes()
            case 2: label.value = try field.bytes()
            default: continue
            }
        }
        return label
    }

    private static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireFault) -> Double {
        var value = 0.0
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            if field.number == 1 { value = try field.double() }
        }
        return value
    }

    // MARK: Summaries and histograms

    private mutating func readSummary(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireFault) {
        labelOfBound = .quantile
        var count: UInt64 = 0
        var sum = 0.0
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            switch field.number {
            case 1: count = try field.unsigned()
            case 2: sum = try field.double()
            case 3: drafts.append(try Self.quantile(bytes, try field.bytes()))
            default: continue
            }
        }
        drafts.append(Draft(part: .sum, bound: nil, value: sum))
        drafts.append(Draft(part: .count, bound: nil, value: Double(count)))
    }

    private static func quantile(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireFault) -> Draft {
        var draft = Draft(part: .plain, bound: 0, value: 0)
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            switch field.number {
            case 1: draft.bound = try field.double()
            case 2: draft.value = try field.double()
            default: continue
            }
        }
        return draft
    }

    /// False where the histogram contradicts itself.
    private mutating func readHistogram(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ limits: PageLimits
    ) throws(WireFault) -> Bool {
        labelOfBound = .le
        let message = try HistogramMessage(bytes, range)
        guard let cumulative = CumulativeBuckets(message, bucketsMax: limits.bucketsMax) else { return false }
        for bucket in cumulative.buckets {
            drafts.append(Draft(part: .bucket, bound: bucket.bound, value: bucket.count))
        }
        drafts.append(Draft(part: .sum, bound: nil, value: message.sum))
        drafts.append(Draft(part: .count, bound: nil, value: message.count))
        return true
    }

    // MARK: Keeping

    /// False where the labels make no set.
    private mutating func keep(
        _ bytes: Span<UInt8>, _ names: inout FamilyNames, _ kept: inout KeptSamples
    ) -> Bool {
        guard labels.count <= kept.limits.labelsMax, !labels.contains(where: \.name.isEmpty) else { return false }
        guard drafts.contains(where: { names.isWanted($0.part) }) else { return true }
        base.removeAll(keepingCapacity: true)
        for label in labels {
            guard let name = kept.labels.text(bytes, label.name, budget: &kept.budget),
                let value = kept.labels.text(bytes, label.value, budget: &kept.budget)
            else {
                kept.countOmitted()
                return true
            }
            base.append(LabelInterner.Pair(name: name, value: value))
        }
        let plainSet: Int
        switch kept.labels.set(&base, budget: &kept.budget) {
        case .malformed: return false
        case .omitted:
            kept.countOmitted()
            return true
        case .set(let set): plainSet = set
        }
        for draft in drafts where names.isWanted(draft.part) {
            switch draft.bound.map({ set(bound: $0, &kept) }) ?? .set(plainSet) {
            case .malformed: return false
            case .omitted: kept.countOmitted()
            case .set(let set):
                guard let name = names.number(draft.part, in: &kept) else { continue }
                kept.keep(name: name, set: set, value: draft.value)
            }
        }
        return true
    }

    /// The set of the metric's labels and its bound.
    private mutating func set(bound: Double, _ kept: inout KeptSamples) -> LabelInterner.Outcome {
        guard let name = kept.labels.text(labelOfBound.rawValue, budget: &kept.budget),
            let value = text(of: bound, &kept)
        else { return .omitted }
        pairs.removeAll(keepingCapacity: true)
        pairs += base
        pairs.append(LabelInterner.Pair(name: name, value: value))
        return kept.labels.set(&pairs, budget: &kept.budget)
    }

    /// The number of the text of `bound`, as it stands in a page of text: `0.5`, `1`, `+Inf`.
    private mutating func text(of bound: Double, _ kept: inout KeptSamples) -> UInt32? {
        if let known = boundTexts[bound.bitPattern] { return known }
        guard kept.budget.take(KeptBudget.textBytes),
            let text = kept.labels.text(Self.text(of: bound), budget: &kept.budget)
        else { return nil }
        boundTexts[bound.bitPattern] = text
        return text
    }

    private static func text(of bound: Double) -> String {
        if bound == .infinity { return "+Inf" }
        if bound == -.infinity { return "-Inf" }
        if bound.isNaN { return "NaN" }
        let text = bound.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
