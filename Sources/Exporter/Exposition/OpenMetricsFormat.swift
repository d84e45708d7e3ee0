public import Telemetry

/// OpenMetrics 1.0.0: units, created timestamps, and an end mark that tells a whole page from a cut one.
public struct OpenMetricsFormat: ExpositionFormat {
    public let offers = [
        MediaOffer(
            "application/openmetrics-text", version: "1.0.0",
            contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        MediaOffer(
            "application/openmetrics-text", version: "0.0.1",
            contentType: "application/openmetrics-text; version=0.0.1; charset=utf-8"),
    ]

    public init() {}

    public func append(_ family: MetricFamily, to page: inout [UInt8]) {
        let descriptor = family.descriptor
        startLine("# TYPE ", descriptor, in: &page)
        page.append(text: descriptor.kind.rawValue)
        page.append(UInt8(ascii: "\n"))
        if let unit = family.exposableUnit {
            startLine("# UNIT ", descriptor, in: &page)
            page.append(text: unit)
            page.append(UInt8(ascii: "\n"))
        }
        if !descriptor.help.isEmpty {
            startLine("# HELP ", descriptor, in: &page)
            page.append(escaping: descriptor.help, quotes: true)
            page.append(UInt8(ascii: "\n"))
        }
        var lines = SeriesLines(descriptor, dialect: .openMetrics)
        for sample in family.samples { lines.append(sample, to: &page) }
    }

    public func appendEnd(to page: inout [UInt8]) {
        page.append("# EOF\n")
    }

    /// The family is called without a counter's `_total` here.
    private func startLine(_ keyword: StaticString, _ descriptor: MetricDescriptor, in page: inout [UInt8]) {
        page.append(keyword)
        page.append(text: descriptor.name)
        page.append(UInt8(ascii: " "))
    }
}
