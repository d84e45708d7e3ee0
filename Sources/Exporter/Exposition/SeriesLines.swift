import Telemetry

/// Writes the sample lines of one family for both text formats.
///
/// The labels of a series are rendered once for all its lines, a bucket's `le` once for all series.
struct SeriesLines {
    /// In what the two text formats differ.
    enum Dialect {
        case text
        case openMetrics
    }

    private let dialect: Dialect
    private let kind: MetricKind
    private let name: [UInt8]
    private var labels: [UInt8] = []
    private var bucketStart: [UInt8] = []
    private var bounds: [Double] = []
    /// For each bound and for +Inf: `le="0.1"} `.
    private var boundLabels: [[UInt8]] = []

    init(_ descriptor: MetricDescriptor, dialect: Dialect) {
        self.dialect = dialect
        kind = descriptor.kind
        name = Array(descriptor.name.utf8)
        renderBounds()
    }

    /// Appends the lines of `sample`; nothing when it is not fit to be exposed.
    mutating func append(_ sample: Sample, to page: inout [UInt8]) {
        guard sample.isExposable(as: kind) else { return }
        renderLabels(sample.labels)
        switch sample.value {
        case .number(let number):
            startLine(kind == .counter ? "_total" : "", in: &page)
            page.append(number: number)
            page.append(UInt8(ascii: "\n"))
        case .histogram(let histogram):
            append(histogram, to: &page)
        }
        if dialect == .openMetrics, kind != .gauge, let created = sample.exposableCreatedSeconds {
            startLine("_created", in: &page)
            page.append(number: created)
            page.append(UInt8(ascii: "\n"))
        }
    }

    private mutating func append(_ histogram: HistogramSnapshot, to page: inout [UInt8]) {
        if histogram.classicBounds != bounds {
            bounds = histogram.classicBounds
            renderBounds()
        }
        renderBucketStart()
        var cumulative: UInt64 = 0
        for (index, boundLabel) in boundLabels.enumerated() {
            cumulative &+= histogram.classicCounts[index]
            page.append(contentsOf: bucketStart)
            page.append(contentsOf: boundLabel)
            // The last bucket and the count must agree for readers to take the page.
            page.append(number: index == bounds.count ? histogram.exponential.count : cumulative)
            page.append(UInt8(ascii: "\n"))
        }
        startLine("_sum", in: &page)
        page.append(number: histogram.exponential.sum)
        page.append(UInt8(ascii: "\n"))
        startLine("_count", in: &page)
        page.append(number: histogram.exponential.count)
        page.append(UInt8(ascii: "\n"))
    }

    private func startLine(_ suffix: StaticString, in page: inout [UInt8]) {
        page.append(contentsOf: name)
        page.append(suffix)
        if !labels.isEmpty {
            page.append(UInt8(ascii: "{"))
            page.append(contentsOf: labels)
            page.append(UInt8(ascii: "}"))
        }
        page.append(UInt8(ascii: " "))
    }

    private mutating func renderLabels(_ set: LabelSet) {
        labels.removeAll(keepingCapacity: true)
        for label in set.labels {
            if !labels.isEmpty { labels.append(UInt8(ascii: ",")) }
            labels.append(text: label.name)
            labels.append("=\"")
            labels.append(escaping: label.value, quotes: true)
            labels.append(UInt8(ascii: "\""))
        }
    }

    private mutating func renderBucketStart() {
        bucketStart.removeAll(keepingCapacity: true)
        bucketStart.append(contentsOf: name)
        bucketStart.append("_bucket{")
        bucketStart.append(contentsOf: labels)
        if !labels.isEmpty { bucketStart.append(UInt8(ascii: ",")) }
    }

    private mutating func renderBounds() {
        boundLabels = (bounds + [.infinity]).map { bound in
            var label: [UInt8] = []
            label.append("le=\"")
            switch dialect {
            case .text: label.append(number: bound)
            case .openMetrics: label.append(canonical: bound)
            }
            label.append("\"} ")
            return label
        }
    }
}
