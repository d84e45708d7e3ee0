internal import Platform

/// Why a service could not be read.
public struct ServiceFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The label `reason`.
    public enum Reason: String, Sendable, CaseIterable {
        /// Nobody listens there.
        case refused
        /// There is no such host.
        case unresolved
        /// No whole answer in time.
        case timeout
        /// The page is longer than it may be.
        case tooLong = "too_long"
        /// What came is no HTTP, or not whole.
        case malformed
        /// No secure connection.
        case tls
        /// The server sends elsewhere, which is not followed.
        case redirect
        /// Another status than 200.
        case status
        /// The page holds no metrics.
        case notMetrics = "not_metrics"
        /// A file with a token or a password cannot be used.
        case credentials
        /// The engine says that the query is wrong, or could not run it.
        case query
        /// Anything else, in the library's words.
        case other
    }

    public let reason: Reason
    public let description: String

    public init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
