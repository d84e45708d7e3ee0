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

extension ServiceFailure {
    init(_ error: HTTPFetchError) {
        let reason: Reason =
            switch error {
            case .notResolved: .unresolved
            case .notConnected: .refused
            case .timedOut: .timeout
            case .tooLong: .tooLong
            case .malformed, .notUnpacked: .malformed
            case .notSecure: .tls
            case .badAuthorization: .credentials
            case .notTaken: .notMetrics
            case .badURL, .other: .other
            }
        self.init(reason, error.description)
    }

    /// Of a page with another status than 200.
    init(status: Int, remedy: String?) {
        let tail = remedy.map { "; \($0)" } ?? ""
        switch status {
        case 300..<400:
            self.init(
                .redirect, "the server sends elsewhere (status \(status)), which is not followed: write the final URL")
        case 401, 403:
            self.init(.status, "the server refuses us (status \(status)): set bearer_token_file or basic_auth")
        case 404: self.init(.status, "there is no such page (status 404)\(tail)")
        default: self.init(.status, "the server answers with status \(status)\(tail)")
        }
    }
}
