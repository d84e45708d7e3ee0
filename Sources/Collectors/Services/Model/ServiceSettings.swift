public import Platform

/// A model server to be read, as configured.
public struct ServiceSettings: Sendable, Equatable {
    /// The label `service`; unique.
    public var name: String
    /// How it is read.
    public var source: Source
    /// Of the page of metrics; of the engine for queries.
    public var url: String
    /// Where the server's own API is; nil when it is not to be asked.
    public var apiURL: String?
    /// From one reading to the next, seconds.
    public var interval: Double
    /// For one reading, seconds.
    public var timeout: Double
    public var credentials: ServiceCredentials?
    public var security: HTTPSecurity
    /// The most that are worked on together, where the server does not say it.
    public var batchSizeMax: Double?
    /// The longest page or answer to a query, unpacked.
    public var bodyBytesMax: Int

    /// Where a service's signals come from.
    public enum Source: Sendable, Equatable {
        /// A page of metrics in an exposition format.
        case page(ServiceProfile)
        /// Queries to an engine that has the metrics of others.
        case promql(PromQLSettings)
    }

    /// The label `profile`.
    public var profileID: String {
        switch source {
        case .page(let profile): profile.id
        case .promql: "promql"
        }
    }

    public init(
        name: String, source: Source, url: String, apiURL: String? = nil, interval: Double = 5, timeout: Double = 5,
        credentials: ServiceCredentials? = nil, security: HTTPSecurity = HTTPSecurity(), batchSizeMax: Double? = nil,
        bodyBytesMax: Int = ServiceLimits.bodyBytes
    ) {
        self.name = name
        self.source = source
        self.url = url
        self.apiURL = apiURL
        self.interval = interval
        self.timeout = timeout
        self.credentials = credentials
        self.security = security
        self.batchSizeMax = batchSizeMax
        self.bodyBytesMax = bodyBytesMax
    }
}

/// How the daemon makes itself known; the secrets stay in files, which are read anew for each reading.
public enum ServiceCredentials: Sendable, Equatable {
    case bearer(tokenFile: String)
    case basic(user: String, passwordFile: String)

    /// With the secret as its file has it now.
    public func authorization() throws(RegularFile.Problem) -> HTTPAuthorization {
        switch self {
        case .bearer(let file): .bearer(try SecretFile.read(file))
        case .basic(let user, let file): .basic(user: user, password: try SecretFile.read(file))
        }
    }
}
