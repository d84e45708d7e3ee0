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

    /// An `Accept` header that asks for any of the formats, text first: in the others client libraries add `_total` to
    /// counters that servers, and people, call something else.
    public static let accept = [
        "text/plain;version=0.0.4",
        "application/openmetrics-text;version=1.0.0;q=0.5",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.3",
        "*/*;q=0.1",
    ].joined(separator: ",")
}
