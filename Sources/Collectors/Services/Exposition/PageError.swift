/// Why a page is of no use.
public enum PageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not one sample, but lines that are none: another page, an error message. `excerpt` is how it begins.
    case noExposition(excerpt: String)
    /// The page ends in the middle: OpenMetrics without `# EOF`, protobuf within a message.
    case truncated
    /// Bytes that are no messages of `io.prometheus.client`; `offset` counts the page's bytes from 0.
    case malformedMessage(offset: Int, reason: String)
    /// One metric of a protobuf page takes more than `PageLimits.metricBytesMax`.
    case messageTooLong(bytes: Int, limit: Int)

    public var description: String {
        switch self {
        case .noExposition(let excerpt):
            "no metrics, but \"\(excerpt)\"; check the path of the URL and the server's switch for metrics"
        case .truncated: "the page of metrics ends in the middle; the server or a proxy cut it off"
        case .malformedMessage(let offset, let reason): "no protobuf metrics: \(reason) at byte \(offset) of the page"
        case .messageTooLong(let bytes, let limit): "a protobuf metric of \(bytes) bytes; at most \(limit) are taken"
        }
    }
}
