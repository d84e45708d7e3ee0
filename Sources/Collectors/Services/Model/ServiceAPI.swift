public import Telemetry

/// What a server says at its `api_url` beside its page of metrics, as samples like those of the page.
///
/// A profile's sources name these samples as they name the page's. An API that fails never makes a service `down`.
public protocol ServiceAPI: Sendable {
    /// The paths to be asked now, below `api_url`; at most ``ServiceAPILimits/pathsMax`` are.
    ///
    /// - Parameter answers: those of the round before, by path; empty at first, and without those that failed.
    func paths(after answers: [String: [ScrapedSample]]) -> [String]

    /// The samples in an answer with status 200; throws what is wrong with it.
    func samples(path: String, body: [UInt8]) throws(ServiceAPIError) -> [ScrapedSample]
}

/// Why an API's answer cannot be used.
public struct ServiceAPIError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Limits of what is asked of a server's API.
public enum ServiceAPILimits {
    /// Paths asked in one round.
    public static let pathsMax = 256
    /// The longest answer.
    public static let bodyBytes = 4 << 20
}
