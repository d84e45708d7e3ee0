/// How servers are found and read that no configuration names: the entry `{profile: auto}` of `services`.
public struct ServerFinding: Sendable, Equatable {
    /// From one reading of a server to the next, seconds.
    public var interval: Double
    /// For one reading, seconds.
    public var timeout: Double
    /// Where the daemon itself serves, which is not asked.
    public var ownPort: Int?

    public init(interval: Double = 5, timeout: Double = 5, ownPort: Int? = nil) {
        self.interval = interval
        self.timeout = timeout
        self.ownPort = ownPort
    }

    /// From one search to the next, seconds.
    public static let searchSeconds = 60.0
    /// Searches in a row in which nobody listened, after which a server counts as gone.
    public static let absencesMax = 3

    func service(_ server: FoundServer, _ profile: ServiceProfile, name: String) -> ServiceSettings {
        ServiceSettings(
            name: name, source: .page(profile), url: server.url, apiURL: server.apiURL, interval: interval,
            timeout: timeout)
    }
}
