internal import Platform

/// One search for model servers: asks ports for their metrics, each for one path after the other until it is
/// recognised.
///
/// Waits for nothing: who owns the HTTP client hands over its answers.
struct ServerProbes {
    /// The part of a page that is looked at, unpacked, in bytes. Every line of a server's page gives it away.
    static let pageBytesMax = 1 << 20
    /// For a connection, seconds.
    static let connectSeconds = 0.5
    /// For one page, seconds.
    static let totalSeconds = 2.0

    /// What a search found out.
    struct Outcome: Equatable {
        var found: [FoundServer] = []
        /// Ports on which nobody listened after all.
        var refused: Set<Int> = []
    }

    private struct Probe {
        let place: ListeningPorts.Place
        let url: String
        let sink: RecognitionSink
        /// To be asked for next.
        let otherPaths: ArraySlice<String>
    }

    private var open: [HTTPClient.ID: Probe] = [:]
    private var outcome = Outcome()
    private var listening: [ListeningPorts.Place] = []

    var isInProgress: Bool { !open.isEmpty }

    /// Begins a search; the one before is broken off.
    ///
    /// - Parameter listening: all that listen on this host, whether they are asked or not.
    mutating func begin(
        _ candidates: [ServerPlaces.Candidate], listening: [ListeningPorts.Place], _ client: HTTPClient
    ) {
        cancel(client)
        outcome = Outcome()
        self.listening = listening
        for candidate in candidates { ask(candidate.place, candidate.paths[...], client) }
    }

    mutating func cancel(_ client: HTTPClient) {
        for id in open.keys { client.cancel(id) }
        open = [:]
    }

    private mutating func ask(_ place: ListeningPorts.Place, _ paths: ArraySlice<String>, _ client: HTTPClient) {
        guard let path = paths.first else { return }
        let url = "http://\(place.host):\(place.port)\(path)"
        let sink = RecognitionSink()
        let fetch = HTTPFetch(
            url: url, headers: ["Accept: text/plain;version=0.0.4,*/*;q=0.1"], bodyBytesMax: Self.pageBytesMax,
            connectSeconds: Self.connectSeconds, totalSeconds: Self.totalSeconds)
        open[client.begin(fetch, into: sink)] = Probe(
            place: place, url: url, sink: sink, otherPaths: paths.dropFirst())
    }

    /// Takes an answer if it is one of this search; false for others. The next path of the same port may be asked for.
    mutating func take(_ ended: HTTPClient.Ended, _ client: HTTPClient) -> Bool {
        guard let probe = open.removeValue(forKey: ended.id) else { return false }
        switch ended.result {
        case .success(let page):
            if page.status != 200 || !take(probe) { ask(probe.place, probe.otherPaths, client) }
        // The beginning of a long page is enough.
        case .failure(.tooLong): _ = take(probe)
        case .failure(.notConnected): outcome.refused.insert(probe.place.port)
        // Silent, or no HTTP: asking for another page would be no better.
        case .failure: break
        }
        return true
    }

    private mutating func take(_ probe: Probe) -> Bool {
        guard let (profile, evidence) = probe.sink.finish() else { return false }
        outcome.found.append(
            FoundServer(
                profile: profile.id, name: profile.title, url: probe.url, port: probe.place.port, evidence: evidence))
        return true
    }

    /// What was found out, once nothing is in progress; by port.
    var result: Outcome { outcome.completed(listening) }
}

extension ServerProbes.Outcome {
    /// The same by port, each server with its API.
    func completed(_ listening: [ListeningPorts.Place]) -> Self {
        let ports = Set(found.map(\.port))
        var result = self
        result.found = found.sorted { $0.port < $1.port }.map { server in
            var server = server
            server.apiURL = Self.apiURL(of: server, listening.filter { !ports.contains($0.port) })
            return server
        }
        return result
    }

    /// The default one. A server that is not where it is by default has its API elsewhere, too; and where another
    /// server is, its API is not.
    private static func apiURL(of server: FoundServer, _ places: [ListeningPorts.Place]) -> String? {
        guard let profile = ServiceProfiles[server.profile], profile.ports.first == server.port,
            let place = places.first(where: { profile.apiPorts.contains($0.port) })
        else { return nil }
        return "http://\(place.host):\(place.port)"
    }
}

/// Shows a page to the recognition as it comes, and keeps nothing of it.
final class RecognitionSink: HTTPBodySink {
    private var recognition = ServerRecognition()
    private var isPage = false

    func begin(status: Int, contentType: String?) { isPage = status == 200 }

    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if isPage { recognition.feed(bytes) }
        return true
    }

    func finish() -> (profile: ServiceProfile, evidence: String)? { recognition.finish() }
}
