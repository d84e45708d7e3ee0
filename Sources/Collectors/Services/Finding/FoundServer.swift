/// A model server that answered on this host.
public struct FoundServer: Sendable, Equatable {
    /// The profile that a service of the configuration has for it.
    public let profile: String
    /// As people call it.
    public let name: String
    /// Where its metrics are.
    public let url: String
    public let port: Int
    /// The family that gave it away.
    public let evidence: String
    /// Where its API is by default, if somebody listens there; nil for servers without one that is asked.
    public var apiURL: String?

    public init(profile: String, name: String, url: String, port: Int, evidence: String, apiURL: String? = nil) {
        self.profile = profile
        self.name = name
        self.url = url
        self.port = port
        self.evidence = evidence
        self.apiURL = apiURL
    }

    /// Whether a service with the URL `url` is this one: the same port of this host.
    public func isMeant(by url: String) -> Bool { LoopbackURL.port(of: url) == port }

    /// The label `service` that it is given.
    public var serviceName: String { "\(profile)-\(port)" }

    /// The entry of `services` in a configuration that takes it in.
    public var configurationLine: String {
        let api = apiURL.map { ", api_url: \"\($0)\"" } ?? ""
        return "  - {name: \(serviceName), profile: \(profile), url: \"\(url)\"\(api)}"
    }
}
