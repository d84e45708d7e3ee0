internal import Platform

/// Searches this host for model servers once a minute, and keeps the list of those that are there.
///
/// Waits for nothing: the reader of services owns the HTTP client and hands over what concerns a search.
struct ServerFinder {
    private(set) var finding: ServerFinding
    private var dueSeconds: Double
    private let files: any HostFiles
    /// Ports that the configuration names, or that serve a service as its API.
    private var reserved: Set<Int> = []
    private var configuredNames: Set<String> = []
    private var probes = ServerProbes()
    /// Ports of the search in progress on which nobody listens.
    private var closed: Set<Int> = []
    private var roster = ServerRoster()

    /// Searches at once.
    init(_ finding: ServerFinding, _ files: any HostFiles, at now: Double) {
        self.finding = finding
        self.files = files
        dueSeconds = now
    }

    /// Takes settings, and searches at once. Servers that the configuration names are none of its own any more.
    mutating func apply(
        _ finding: ServerFinding, besides configured: [ServiceSettings], _ client: HTTPClient, at now: Double
    ) {
        probes.cancel(client)
        self.finding = finding
        dueSeconds = now
        configuredNames = Set(configured.map(\.name))
        let urls = configured.flatMap { [$0.url, $0.apiURL].compactMap(\.self) }
        reserved = Set(urls.compactMap(LoopbackURL.port) + [finding.ownPort].compactMap(\.self))
        roster.forget(reserved)
    }

    /// The servers found, to be read as services; each with a name that no configured one has.
    var services: [ServiceSettings] {
        roster.servers.compactMap { server in
            ServiceProfiles[server.profile].map { finding.service(server, $0, name: name(of: server)) }
        }
    }

    private func name(of server: FoundServer) -> String {
        configuredNames.contains(server.serviceName) ? server.serviceName + "-auto" : server.serviceName
    }

    // MARK: Searches

    /// When the next search begins, monotonic seconds; nil while there is one.
    var nextSeconds: Double? { probes.isInProgress ? nil : dueSeconds }

    /// Begins a search, when it is time; what it changes, when it has ended at once.
    mutating func begin(_ client: HTTPClient, at now: Double) -> [ServiceNote] {
        guard now >= dueSeconds, !probes.isInProgress else { return [] }
        dueSeconds = now + ServerFinding.searchSeconds
        let listening = ListeningPorts.all(files)
        // The daemon itself listens: no port at all means that the table cannot be read.
        guard !listening.isEmpty else { return [] }
        closed = Set(roster.servers.map(\.port)).subtracting(listening.map(\.port))
        let apis = services.compactMap(\.apiURL).compactMap(LoopbackURL.port)
        probes.begin(
            ServerPlaces.candidates(listening, besides: reserved.union(apis)), listening: listening, client)
        return probes.isInProgress ? [] : end()
    }

    /// Takes an answer if it is one of the search; what that changes, when it was the last one.
    mutating func take(_ ended: HTTPClient.Ended, _ client: HTTPClient) -> [ServiceNote] {
        guard probes.take(ended, client), !probes.isInProgress else { return [] }
        return end()
    }

    mutating func cancel(_ client: HTTPClient) { probes.cancel(client) }

    private mutating func end() -> [ServiceNote] {
        let outcome = probes.result
        return roster.take(outcome.found, absent: closed.union(outcome.refused)).map(note)
    }

    private func note(_ change: ServerRoster.Change) -> ServiceNote {
        let (server, message) =
            switch change {
            case .came(let server):
                (server, "found: \(server.name) at \(server.url), which serves \(server.evidence)")
            case .went(let server, .absent):
                (server, "gone: nobody has listened at \(server.url) in \(ServerFinding.absencesMax) searches")
            case .went(let server, .replaced): (server, "gone: another server is at \(server.url)")
            }
        let name = name(of: server)
        return ServiceNote(service: name, isWarning: false, message: "service \(name): \(message)")
    }
}
