import Exporter
import TestSupport
import Testing

private let text = "text/plain; version=0.0.4; charset=utf-8"
private let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"
private let openMetrics001 = "application/openmetrics-text; version=0.0.1; charset=utf-8"
private let protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
private let escaped = "; escaping=underscores"
private let protobufRange = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

/// A header and what it leads to.
struct NegotiationCase: Sendable, CustomTestStringConvertible {
    let client: String
    let accept: String?
    let contentType: String

    init(_ client: String, _ accept: String?, _ contentType: String) {
        self.client = client
        self.accept = accept
        self.contentType = contentType
    }

    var testDescription: String { client }
}

@Suite("negotiation of the exposition format")
struct NegotiationTests {
    @Test(
        "clients that exist get the best that they read",
        arguments: [
            NegotiationCase("no header", nil, text),
            NegotiationCase("empty header", "", text),
            NegotiationCase("curl", "*/*", text),
            NegotiationCase(
                "a browser",
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", text),
            NegotiationCase(
                "Prometheus 2.42",
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", openMetrics),
            NegotiationCase(
                "Prometheus 2.42 with native histograms",
                protobufRange + ",application/openmetrics-text;version=1.0.0;q=0.8,"
                    + "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                protobuf),
            NegotiationCase(
                "Prometheus 3",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                openMetrics + escaped),
            NegotiationCase(
                "Prometheus 3 with native histograms",
                protobufRange + ";escaping=allow-utf-8;q=0.7,"
                    + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                protobuf + escaped),
            NegotiationCase("VictoriaMetrics, Netdata", "text/plain;version=0.0.4;q=1,*/*;q=0.1", text),
            NegotiationCase("Telegraf", protobufRange + ";q=0.7,text/plain;version=0.0.4;q=0.3", protobuf),
            NegotiationCase(
                "an old Prometheus",
                protobufRange + ";q=0.7,text/plain;version=0.0.4;q=0.3,"
                    + "application/json;schema=\"prometheus/telemetry\";version=0.0.2;q=0.2,*/*;q=0.1", protobuf),
        ])
    func knownClients(_ example: NegotiationCase) {
        #expect(ExpositionNegotiation.choose(accept: example.accept).contentType == example.contentType)
    }

    @Test(
        "the rules of the header hold",
        arguments: [
            NegotiationCase("letter case", "APPLICATION/OpenMetrics-Text; Version=1.0.0 ; Q=1.0", openMetrics),
            NegotiationCase("quoted values", "application/openmetrics-text; version=\"0.0.1\"", openMetrics001),
            NegotiationCase("a comma in quotes", "text/x;a=\"b,application/openmetrics-text\"", text),
            NegotiationCase("the older version alone", "application/openmetrics-text;version=0.0.1", openMetrics001),
            NegotiationCase("no version", "application/openmetrics-text", openMetrics),
            NegotiationCase("an unknown version", "application/openmetrics-text;version=2.0.0", text),
            NegotiationCase("text 1.0.0", "text/plain;version=1.0.0;escaping=values", text + escaped),
            NegotiationCase("best quality", "text/plain;q=0.1,application/openmetrics-text;q=0.11", openMetrics),
            NegotiationCase("equal: header order", "application/openmetrics-text,\(protobufRange)", openMetrics),
            NegotiationCase("equal: other order", "\(protobufRange),application/openmetrics-text", protobuf),
            NegotiationCase("a wildcard in front of an equal", "*/*,application/openmetrics-text", text),
            NegotiationCase("a subtype wildcard", "application/*", openMetrics),
            NegotiationCase("a wildcard for text", "text/*;q=0.2,application/*;q=0.1", text),
            NegotiationCase("refused", "application/openmetrics-text;q=0,\(protobufRange);q=0.001", protobuf),
            NegotiationCase(
                "refused beside a wildcard", "text/plain;q=0,application/openmetrics-text;q=0,*/*", protobuf),
            NegotiationCase("the exact entry counts", "*/*;q=1,text/plain;q=0.2,application/*;q=0.3", openMetrics),
            NegotiationCase("everything refused", "*/*;q=0", text),
            NegotiationCase("protobuf of another message", "application/vnd.google.protobuf;proto=x", text),
            NegotiationCase("protobuf as text", protobufRange.replacing("delimited", with: "text"), text),
            NegotiationCase("protobuf without parameters", "application/vnd.google.protobuf", text),
            NegotiationCase("malformed entries", ";;,/,=,a b/c,application/openmetrics-text", openMetrics),
            NegotiationCase("q above 1", "application/openmetrics-text;q=1.001", text),
            NegotiationCase("q of four decimals", "application/openmetrics-text;q=0.9999", text),
            NegotiationCase("q negative", "application/openmetrics-text;q=-1", text),
            NegotiationCase("q not a number", "application/openmetrics-text;q=nan", text),
            NegotiationCase("q empty", "application/openmetrics-text;q=", text),
            NegotiationCase("q twice", "application/openmetrics-text;q=1;q=0", text),
            NegotiationCase("a parameter without value", "application/openmetrics-text;version", text),
            NegotiationCase("a quote that never ends", "application/openmetrics-text;a=\"", text),
            NegotiationCase("an empty parameter", "application/openmetrics-text;;q=1;", openMetrics),
            NegotiationCase("unknown parameters", "application/openmetrics-text;charset=utf-8", openMetrics),
        ])
    func rules(_ example: NegotiationCase) {
        #expect(ExpositionNegotiation.choose(accept: example.accept).contentType == example.contentType)
    }

    @Test("64 entries and 4,096 bytes are read, more are not")
    func limits() {
        let filler = { (count: Int) in String(repeating: "a/b,", count: count) }
        let last = "application/openmetrics-text"
        #expect(ExpositionNegotiation.choose(accept: filler(63) + last).contentType == openMetrics)
        #expect(ExpositionNegotiation.choose(accept: filler(64) + last).contentType == text)
        let padding = { (count: Int) in String(repeating: " ", count: count) + last }
        #expect(ExpositionNegotiation.choose(accept: padding(4096 - last.utf8.count)).contentType == openMetrics)
        #expect(ExpositionNegotiation.choose(accept: padding(4097 - last.utf8.count)).contentType == text)
    }

    @Test("random headers never trap and always lead to a format")
    func randomHeaders() {
        var generator = SeededGenerator(seed: 3)
        let pieces = [
            "text/plain", "*/*", ",", ";", "q=", "0.5", "\"", "\\", "=", " ", "version=1.0.0", "é", "\0", "/",
        ]
        for _ in 0..<5000 {
            let count = Int.random(in: 0...20, using: &generator)
            let header = (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
            #expect(!ExpositionNegotiation.choose(accept: header).contentType.isEmpty)
        }
    }

    @Test(
        "gzip is used when it is asked for",
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip;q=0", false),
            ("gzip; q=0.000", false), ("deflate, gzip;q=0.5, br", true), ("identity", false), ("deflate", false),
            ("*", true), ("*;q=0", false), ("gzip;q=0, *", false), ("*;q=0, gzip", true),
            ("identity, gzip;q=0.5", false), ("identity;q=0.5, gzip", true), ("identity, gzip", true),
            ("gzip;q=x", false), ("gzip, deflate, br, zstd", true),
        ] as [(String?, Bool)])
    func gzip(header: String?, wanted: Bool) {
        #expect(ContentCoding.prefersGzip(acceptEncoding: header) == wanted)
    }
}
