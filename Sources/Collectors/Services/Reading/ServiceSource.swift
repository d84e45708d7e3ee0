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
        do throws(SecretFile.Problem) {
            switch settings.credentials {
            case nil: authorization = nil
            case .bearer(let file): authorization = .bearer(try SecretFile.read(file))
            case .basic(let user, let file): authorization = .basic(user: user, password: try SecretFile.read(file))
            }
        } catch {
            throw ServiceFailure(.credentials, error.description)
        }
    }

    /// A fetch of `url` in the name, and within the time, of the service.
    func fetch(
        _ url: String, accept: String? = nil, form: String? = nil, bodyBytesMax: Int = ServiceLimits.pageBytes
    ) -> HTTPFetch {
        HTTPFetch(
            url: url, headers: accept.map { ["Accept: \($0)"] } ?? [], form: form, authorization: authorization,
            security: settings.security, bodyBytesMax: bodyBytesMax, connectSeconds: settings.timeout,
            totalSeconds: settings.timeout)
    }
}

/// Limits of the reading of services.
public enum ServiceLimits {
    /// Services of one daemon.
    public static let servicesMax = 256
    /// The longest page, unpacked, in bytes.
    public static let pageBytes = 16 << 20
    /// Requests to one service at the same time.
    public static let requestsAtOnce = 4
    /// Rounds in a row in which a signal has to be absent before it is called missing.
    public static let roundsUntilMissing = 3
}
