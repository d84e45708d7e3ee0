/// What a server says at its `api_url` beside its page of metrics, as samples like those of the page.
///
/// A profile's sources name these samples as they name the page's. An API that fails never makes a service `down`.
public protocol ServiceAPI: Sendable {
    /// The paths to be asked in a round, below `api_url`; at most ``ServiceAPILimits/pathsMax`` are.
    ///
    /// - Parameters:
    ///   - round: counts up from 0. What seldom changes need not be asked in every one: its last answer stays.
    ///   - answers: what is known, by path.
    func paths(round: UInt64, after answers: [String: [ScrapedSample]]) -> [String]

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
    /// Models, or versions of one, that are taken of one answer.
    public static let modelsMax = 1_000
    /// An answer that was not asked for anew in so many rounds is forgotten.
    public static let roundsKept: UInt64 = 120
    /// The longest answer, in bytes.
    public static let bodyBytes = 4 << 20
}
