public import Telemetry

/// Prometheus' protobuf format, each family preceded by its length: the one in which native histograms travel. Classic
/// buckets stand in the same message, for readers that want those.
///
/// Field numbers: `io/prometheus/client/metrics.proto` of https://github.com/prometheus/client_model.
public struct ProtobufFormat: ExpositionFormat {
    static let contentType =
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"

    public let offers = [
        MediaOffer(
            "application/vnd.google.protobuf",
            required: ["proto": "io.prometheus.client.metricfamily", "encoding": "delimited"],
            contentType: contentType)
    ]

    public init() {}

    public func append(_ family: MetricFamily, to page: inout [UInt8]) {
        let descriptor = family.descriptor
        var histograms = HistogramWire()
        page.appendDelimited { page in
            page.append(field: 1, string: descriptor.sampleName)
            if !descriptor.help.isEmpty { page.append(field: 2, string: descriptor.help) }
            page.append(field: 3, varint: typeNumber(descriptor.kind))
            for sample in family.samples where sample.isExposable(as: descriptor.kind) {
                page.append(field: 4) { metric in
                    append(sample, kind: descriptor.kind, &histograms, to: &metric)
                }
            }
            if let unit = family.exposableUnit { page.append(field: 5, string: unit) }
        }
    }

    private func typeNumber(_ kind: MetricKind) -> UInt64 {
        switch kind {
        case .counter: 0
        case .gauge: 1
        case .histogram: 4
        }
    }

    private func append(
        _ sample: Sample, kind: MetricKind, _ histograms: inout HistogramWire, to metric: inout [UInt8]
    ) {
        for label in sample.labels.labels {
            metric.append(field: 1) { pair in
                pair.append(field: 1, string: label.name)
                pair.append(field: 2, string: label.value)
            }
        }
        switch sample.value {
        case .number(let number) where kind == .counter:
            metric.append(field: 3) { counter in
                counter.append(field: 1, double: number)
                append(createdSeconds: sample.exposableCreatedSeconds, field: 3, to: &counter)
            }
        case .number(let number):
            metric.append(field: 2) { $0.append(field: 1, double: number) }
        case .histogram(let snapshot):
            histograms.write(snapshot, createdSeconds: sample.exposableCreatedSeconds)
            metric.append(field: 7, bytes: histograms.bytes)
        }
    }

    private func append(createdSeconds: Double?, field: Int, to message: inout [UInt8]) {
        guard let createdSeconds else { return }
        let moment = WireTimestamp(unixSeconds: createdSeconds)
        message.append(field: field) { timestamp in
            timestamp.append(field: 1, varint: moment.seconds)
            timestamp.append(field: 2, varint: moment.nanoseconds)
        }
    }
}

/// `google.protobuf.Timestamp`.
struct WireTimestamp {
    let seconds: UInt64
    let nanoseconds: UInt64

    /// - Parameter unixSeconds: not negative.
    init(unixSeconds: Double) {
        let whole = unixSeconds.rounded(.down)
        seconds = UInt64(whole)
        // At most 999,999,999: what is left of a second in a Double this large is coarser than a nanosecond.
        nanoseconds = UInt64(min(((unixSeconds - whole) * 1e9).rounded(), 999_999_999))
    }
}
