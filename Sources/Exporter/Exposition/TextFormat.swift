public import Telemetry

/// Prometheus' text format 0.0.4, which every reader knows.
public struct TextFormat: ExpositionFormat {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public let offers = [
        MediaOffer("text/plain", version: "0.0.4", contentType: contentType),
        // 1.0.0 differs in names that need quoting, of which there are none here: 0.0.4 is an answer that fits.
        MediaOffer("text/plain", version: "1.0.0", contentType: contentType),
    ]

    public init() {}

    public func append(_ family: MetricFamily, to page: inout [UInt8]) {
        let descriptor = family.descriptor
        if !descriptor.help.isEmpty {
            page.append("# HELP ")
            page.append(text: descriptor.sampleName)
            page.append(UInt8(ascii: " "))
            page.append(escaping: descriptor.help, quotes: false)
            page.append(UInt8(ascii: "\n"))
        }
        page.append("# TYPE ")
        page.append(text: descriptor.sampleName)
        page.append(UInt8(ascii: " "))
        page.append(text: descriptor.kind.rawValue)
        page.append(UInt8(ascii: "\n"))
        var lines = SeriesLines(descriptor, dialect: .text)
        for sample in family.samples { lines.append(sample, to: &page) }
    }
}
