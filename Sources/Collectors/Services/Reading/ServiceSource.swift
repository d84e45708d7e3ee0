internal import Platform

/// One request of a round.
struct ServiceRequest {
    let fetch: HTTPFetch
    /// Takes the body; nil where the answer carries it.
    var sink: PageSink?
    /// Whether the service is down when this fails; others add to what it says.
    let decides: Bool
}

/// The answer to a request.
struct ServiceAnswer {
    let request: ServiceRequest
    let result: Result<HTTPPage, HTTPFetchError>
}

/// What a service is asked in each round, and what its answers say.
///
/// Keeps what is needed from one round to the next: counters are told apart from what they were.
protocol ServiceSource {
    /// The requests of the next round. Those that decide come first.
    mutating func begin(_ access: ServiceAccess) -> [ServiceRequest]

    /// Takes the answer to the request at `place` as it comes, and returns what of it is to be kept until the end.
    mutating func take(_ answer: ServiceAnswer, at place: Int) -> ServiceAnswer

    /// What the answers say, in the order of the requests; the round's `seconds` are for the caller to set, and `now`
    /// is monotonic.
    mutating func end(_ answers: [ServiceAnswer], at now: Double) -> ServiceRound
}

extension ServiceSource {
    mutating func take(_ answer: ServiceAnswer, at place: Int) -> ServiceAnswer { answer }
}

/// How a service may be asked in one round: its secrets are read, its time is set.
struct ServiceAccess {
    let settings: ServiceSettings
    let authorization: HTTPAuthorization?

    init(_ settings: ServiceSettings) throws(ServiceFailure) {
        self.settings = settings
        do throws(RegularFile.Problem) {
            authorization = try settings.credentials?.authorization()
        } catch {
            throw ServiceFailure(.credentials, error.description)
        }
    }

    /// A fetch of `url` in the name, and within the time, of the service.
    ///
    /// - Parameter bodyBytesMax: nil for what is configured.
    func fetch(
        _ url: String, accept: String? = nil, form: String? = nil, bodyBytesMax: Int? = nil
    ) -> HTTPFetch {
        HTTPFetch(
            url: url, headers: accept.map { ["Accept: \($0)"] } ?? [], form: form, authorization: authorization,
            security: settings.security, bodyBytesMax: bodyBytesMax ?? settings.bodyBytesMax,
            connectSeconds: settings.timeout,
            totalSeconds: settings.timeout)
    }
}

/// Limits of the reading of services.
public enum ServiceLimits {
    /// Services of one daemon.
    public static let servicesMax = 256
    /// The longest page or answer to a query, unpacked, in bytes, where nothing else is configured.
    public static let bodyBytes = 16 << 20
    /// What can be configured.
    public static let bodyBytesRange = 64 << 10...256 << 20
    /// Requests to one service at the same time.
    public static let requestsAtOnce = 4
    /// The longest answer, in bytes, that is kept as a whole beside others of its service; one that is longer is asked
    /// for anew, by itself.
    public static let sharedBytes = 4 << 20
    /// Rounds in a row in which a signal has to be absent before it is called missing.
    public static let roundsUntilMissing = 3
}
