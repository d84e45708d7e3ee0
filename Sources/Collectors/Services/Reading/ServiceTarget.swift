internal import Platform

/// One service in the reader: when it is due, and what of its round is on the way.
struct ServiceTarget {
    let settings: ServiceSettings
    private var source: any ServiceSource
    /// When the next round begins, monotonic seconds.
    private(set) var dueSeconds: Double
    private var began = 0.0
    /// Requests of the round in progress that have not been begun, the next one last.
    private var waiting: [(place: Int, request: ServiceRequest)] = []
    private var open: [HTTPClient.ID: (place: Int, request: ServiceRequest)] = [:]
    private var answers: [ServiceAnswer?] = []
    /// Requests of the round in progress whose answers are long; each is asked by itself, the next one last.
    private var waitingAlone: [(place: Int, request: ServiceRequest)] = []
    /// The places of those whose answers were long in the last round.
    private var longPlaces: Set<Int> = []

    /// `host` tells this host from others with the same configuration.
    init(_ settings: ServiceSettings, at now: Double, host: String) {
        self.settings = settings
        switch settings.source {
        case .page(let profile): source = PageSource(profile)
        case .promql(let queries): source = PromQLSource(queries)
        }
        // Services of one configuration, and daemons of many hosts, do not ask all at once.
        dueSeconds = now + settings.interval * Self.share(of: [host, settings.name, settings.url])
    }

    /// Where in its interval a service stands, 0 to 1: the same in every run. FNV-1a, mixed once more, for its upper
    /// bits hardly depend on the last characters.
    static func share(of texts: [String]) -> Double {
        let bytes = texts.joined(separator: "\n").utf8
        var hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
        return Double(hash >> 11) / Double(1 << 53 as UInt64)
    }

    var isInProgress: Bool { !answers.isEmpty }

    /// Begins a round, when it is time; a round that cannot begin has ended at once.
    mutating func begin(_ client: HTTPClient, at now: Double) -> ServiceRound? {
        guard !isInProgress, now >= dueSeconds else { return nil }
        // The grid of turns stays where it is; those that were missed are left out.
        dueSeconds += settings.interval * (((now - dueSeconds) / settings.interval).rounded(.down) + 1)
        began = now
        do {
            let requests = source.begin(try ServiceAccess(settings))
            answers = Array(repeating: nil, count: requests.count)
            let all = requests.enumerated().reversed().map { (place: $0.offset, request: $0.element) }
            waiting = all.filter { !longPlaces.contains($0.place) }
            waitingAlone = all.filter { longPlaces.contains($0.place) }
        } catch {
            var round = ServiceRound()
            round.failure = error
            return round
        }
        ask(client, at: now)
        return nil
    }

    private mutating func ask(_ client: HTTPClient, at now: Double) {
        while open.count < ServiceLimits.requestsAtOnce, let next = waiting.popLast() {
            begin(next, bodyBytesMax: ServiceLimits.sharedBytes, client, at: now)
        }
        if open.isEmpty, let next = waitingAlone.popLast() {
            begin(next, bodyBytesMax: next.request.fetch.bodyBytesMax, client, at: now)
        }
    }

    /// A body that a sink takes is nowhere as a whole; others share a limit.
    private mutating func begin(
        _ next: (place: Int, request: ServiceRequest), bodyBytesMax: Int, _ client: HTTPClient, at now: Double
    ) {
        var fetch = next.request.fetch
        fetch.totalSeconds = max(began + settings.timeout - now, 0.001)
        fetch.connectSeconds = fetch.totalSeconds
        if next.request.sink == nil { fetch.bodyBytesMax = min(fetch.bodyBytesMax, bodyBytesMax) }
        open[client.begin(fetch, into: next.request.sink)] = next
    }

    /// Takes an answer if it is this service's; the round, when it was the last one.
    mutating func take(_ ended: HTTPClient.Ended, _ client: HTTPClient, at now: Double) -> ServiceRound? {
        guard let (place, request) = open.removeValue(forKey: ended.id) else { return nil }
        if case .failure(.tooLong(let limitBytes)) = ended.result, limitBytes < request.fetch.bodyBytesMax {
            longPlaces.insert(place)
            waitingAlone.append((place, request))
        } else {
            if case .success(let page) = ended.result, page.body.count <= ServiceLimits.sharedBytes {
                longPlaces.remove(place)
            }
            answers[place] = source.take(ServiceAnswer(request: request, result: ended.result), at: place)
        }
        ask(client, at: now)
        guard open.isEmpty else { return nil }
        var round = source.end(answers.compactMap(\.self), at: now)
        answers = []
        round.seconds = now - began
        return round
    }

    /// Breaks the round in progress off.
    mutating func cancel(_ client: HTTPClient) {
        for id in open.keys { client.cancel(id) }
        open = [:]
        waiting = []
        waitingAlone = []
        answers = []
    }
}
