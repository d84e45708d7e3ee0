/// A metric family as a reader of the protobuf format sees it.
struct DecodedFamily {
    var name: String
    var help: String?
    var type: UInt64
    var unit: String?
    var metrics: [DecodedMetric]

    static func all(_ page: [UInt8]) throws -> [DecodedFamily] {
        try ProtobufReader.stream(page).map { message in
            DecodedFamily(
                name: message.string(1) ?? "", help: message.string(2), type: message.unsigned(3) ?? 0,
                unit: message.string(5), metrics: try message.messages(4).map(DecodedMetric.init))
        }
    }
}

struct DecodedMetric {
    var labels: [String: String] = [:]
    var number: Double?
    var created: (seconds: UInt64, nanoseconds: UInt64)?
    var histogram: DecodedHistogram?

    init(_ message: ProtobufReader.Message) throws {
        for pair in try message.messages(1) { labels[pair.string(1) ?? ""] = pair.string(2) }
        var timestamp: ProtobufReader.Message?
        if let gauge = try message.messages(2).first { number = gauge.double(1) }
        if let counter = try message.messages(3).first {
            number = counter.double(1)
            timestamp = try counter.messages(3).first
        }
        if let found = try message.messages(7).first {
            histogram = try DecodedHistogram(found)
            timestamp = try found.messages(15).first
        }
        created = timestamp.map { ($0.unsigned(1) ?? 0, $0.unsigned(2) ?? 0) }
    }
}

struct DecodedHistogram {
    var count: UInt64
    var sum: Double
    /// Cumulative counts by upper bound.
    var classic: [(bound: Double, count: UInt64)]
    var schema: Int64
    var zeroThreshold: Double
    var zeroCount: UInt64
    var spans: [(offset: Int64, length: UInt64)]
    /// Counts of the native buckets by index; empty buckets inside spans are there with 0.
    var native: [Int64: Int64] = [:]

    init(_ message: ProtobufReader.Message) throws {
        count = message.unsigned(1) ?? 0
        sum = message.double(2) ?? .nan
        classic = try message.messages(3).map { ($0.double(2) ?? .nan, $0.unsigned(1) ?? 0) }
        guard let schema = message.signed(5), let threshold = message.double(6) else {
            throw ProtobufReader.Fault.missing(field: 5)
        }
        self.schema = schema
        zeroThreshold = threshold
        zeroCount = message.unsigned(7) ?? 0
        spans = try message.messages(12).map { ($0.signed(1) ?? 0, $0.unsigned(2) ?? 0) }
        var deltas = try message.byteFields(13).flatMap(ProtobufReader.packedSigned)[...]
        var index: Int64 = 0
        var running: Int64 = 0
        for span in spans {
            index += span.offset
            for _ in 0..<span.length {
                guard let delta = deltas.popFirst() else { throw ProtobufReader.Fault.missing(field: 13) }
                running += delta
                native[index] = running
                index += 1
            }
        }
        guard deltas.isEmpty else { throw ProtobufReader.Fault.missing(field: 12) }
    }
}

extension DecodedFamily {
    /// For people and golden files.
    var dump: String {
        let metricLines = metrics.map(\.dump).joined()
        return "family \(name) type=\(type) unit=\(unit ?? "-") help=\(help?.debugDescription ?? "-")\n" + metricLines
    }
}

extension DecodedMetric {
    fileprivate var dump: String {
        let labelText = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.debugDescription)" }
        let createdText = created.map { " created=\($0.seconds)s+\($0.nanoseconds)ns" } ?? ""
        let numberText = number.map { " value=\($0)" } ?? ""
        return "  {\(labelText.joined(separator: ","))}\(numberText)\(createdText)\n" + (histogram?.dump ?? "")
    }
}

extension DecodedHistogram {
    fileprivate var dump: String {
        let spanText = spans.map { "\($0.offset)x\($0.length)" }.joined(separator: " ")
        let nativeText = native.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ")
        let classicText = classic.map { "\($0.bound):\($0.count)" }.joined(separator: " ")
        return """
                count=\(count) sum=\(sum) schema=\(schema) zero=\(zeroCount) threshold=\(zeroThreshold)
                classic \(classicText)
                spans \(spanText)
                native \(nativeText)

            """
    }
}
