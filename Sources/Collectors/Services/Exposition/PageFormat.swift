/// What a page of metrics is written in.
public enum PageFormat: Sendable, Hashable {
    /// Prometheus' text format, version 0.0.4, and what servers take for it.
    case text
    /// OpenMetrics 1.0 as text.
    case openMetrics
    /// Messages `io.prometheus.client.MetricFamily`, each preceded by its length.
    case protobuf

    /// Reads a `Content-Type` header. What is not known, and nil for no header at all, is text: servers that call
    /// their page `text/html` or `application/octet-stream` are common.
    public init(contentType: String?) {
        let media = contentType?.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        self =
            switch media {
            case "application/openmetrics-text": .openMetrics
            case "application/vnd.google.protobuf": .protobuf
            default: .text
            }
    }

    /// An `Accept` header that asks for any of the formats, the one that is cheapest to read first.
    public static let accept = [
        "application/openmetrics-text;version=1.0.0;q=0.8",
        "text/plain;version=0.0.4;q=0.7",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5",
        "*/*;q=0.1",
    ].joined(separator: ",")
}
