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
        var buckets = NativeBuckets()
        page.appendDelimited { page in
            page.append(field: 1, string: descriptor.sampleName)
            if !descriptor.help.isEmpty { page.append(field: 2, string: descriptor.help) }
            page.append(field: 3, varint: typeNumber(descriptor.kind))
            for sample in family.samples where sample.isExposable(as: descriptor.kind) {
                page.append(field: 4) { metric in
                    append(sample, kind: descriptor.kind, buckets: &buckets, to: &metric)
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
        _ sample: Sample, kind: MetricKind, buckets: inout NativeBuckets, to metric: inout [UInt8]
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
            buckets.fill(from: snapshot.exponential)
            metric.append(field: 7) { histogram in
                append(snapshot, buckets, to: &histogram)
                append(createdSeconds: sample.exposableCreatedSeconds, field: 15, to: &histogram)
            }
        }
    }

    private func append(_ snapshot: HistogramSnapshot, _ native: NativeBuckets, to histogram: inout [UInt8]) {
        let exponential = snapshot.exponential
        histogram.append(field: 1, varint: exponential.count)
        histogram.append(field: 2, double: exponential.sum)
        var cumulative: UInt64 = 0
        // The bucket that ends at +Inf is the sample count, and readers add it.
        for (bound, count) in zip(snapshot.classicBounds, snapshot.classicCounts) {
            cumulative &+= count
            histogram.append(field: 3) { bucket in
                bucket.append(field: 1, varint: cumulative)
                bucket.append(field: 2, double: bound)
            }
        }
        histogram.append(field: 5, zigzag: Int64(exponential.schema))
        histogram.append(field: 6, double: BucketIndex.zeroThreshold)
        histogram.append(field: 7, varint: exponential.zeroCount)
        for span in native.spans {
            histogram.append(field: 12) { message in
                message.append(field: 1, zigzag: Int64(span.offset))
                message.append(field: 2, varint: UInt64(span.length))
            }
        }
        histogram.append(field: 13, packedZigzag: native.deltas)
    }

    private func append(createdSeconds: Double?, field: Int, to message: inout [UInt8]) {
        guard let createdSeconds else { return }
        let seconds = createdSeconds.rounded(.down)
        // At most 999,999,999: what is left of a second in a Double this large is coarser than a nanosecond.
        let nanoseconds = min(((createdSeconds - seconds) * 1e9).rounded(), 999_999_999)
        message.append(field: field) { timestamp in
            timestamp.append(field: 1, varint: UInt64(seconds))
            timestamp.append(field: 2, varint: UInt64(nanoseconds))
        }
    }
}
