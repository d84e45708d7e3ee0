internal import Platform
internal import Telemetry

/// Signals and timings by query from an engine that has them already.
///
/// The service is up when every query was answered. What the others said stays when one of them fails.
struct PromQLSource: ServiceSource {
    static let path = "/api/v1/query"

    private let settings: PromQLSettings
    private let queries: [PromQLQuery]
    private var memory = CounterMemory()
    private var alternates = CounterAlternates()
    /// What came so far in the round in progress, by the query's place.
    private var taken: [Int: Result<PromQLValues, ServiceFailure>] = [:]

    init(_ settings: PromQLSettings) {
        self.settings = settings
        queries = PromQLQuery.all(of: settings)
    }

    mutating func begin(_ access: ServiceAccess) -> [ServiceRequest] {
        taken = [:]
        let url = PageSource.join(access.settings.url, Self.path)
        return queries.map { query in
            var fetch = access.fetch(
                url, accept: "application/json", form: query.form(timeoutSeconds: access.settings.timeout))
            if let tenant = settings.tenant { fetch.headers.append("X-Scope-OrgID: \(tenant)") }
            return ServiceRequest(fetch: fetch, decides: true)
        }
    }

    /// Keeps the values of an answer and not its text: the answers to all queries together could be long.
    mutating func take(_ answer: ServiceAnswer, at place: Int) -> ServiceAnswer {
        do throws(ServiceFailure) {
            taken[place] = .success(try values(answer, queries[place]))
        } catch {
            taken[place] = .failure(error)
        }
        guard case .success(var page) = answer.result else { return answer }
        page.body = []
        return ServiceAnswer(request: answer.request, result: .success(page))
    }

    private func values(_ answer: ServiceAnswer, _ query: PromQLQuery) throws(ServiceFailure) -> PromQLValues {
        switch answer.result {
        case .failure(let error): throw ServiceFailure(error, of: answer.request.fetch.url)
        case .success(let page):
            do {
                var values = PromQLValues(of: query, settings)
                try PromQLAnswer.read(status: page.status, body: page.body, of: answer.request.fetch.url) {
                    values.take($0)
                }
                values.cut()
                return values
            } catch {
                throw ServiceFailure(error.reason, "query \(query.name): \(error)")
            }
        }
    }

    mutating func end(_ answers: [ServiceAnswer], at now: Double) -> ServiceRound {
        var round = ServiceRound()
        var timings = PromQLTimings()
        var seen: Set<SeriesKey> = []
        var counters: [SeriesKey: CounterOffer] = [:]
        memory.begin(at: now)
        for (place, query) in queries.enumerated() {
            guard case .success(let values) = taken[place] else { continue }
            round.sampleCount += values.seriesCount
            round.malformedCount += values.malformedCount
            round.droppedCount += values.droppedCount
            for (labels, value) in values.values {
                let hasRoom = seen.count + timings.count < PromQLLimits.seriesMax
                let isTaken: Bool
                switch query.purpose {
                case .statistic(let statistic, let timing):
                    isTaken = timings.add(statistic, value, timing: timing, labels, hasRoom: hasRoom)
                case .signal(let signal):
                    let key = SeriesKey(signal: signal, labels: labels)
                    // Of two queries for a signal the first one that has a series counts.
                    isTaken = hasRoom && seen.insert(key).inserted
                    if isTaken {
                        counters[key] = signal.isCounter ? CounterOffer(reading: round.readings.count) : nil
                        round.readings.append(SignalReading(signal, labels, .number(value)))
                    }
                    // A series that stands in for another one goes on and does not start.
                    counters[key]?.increases.append((place, memory.increase("\(place)", labels, to: value)))
                }
                if !isTaken { round.droppedCount += 1 }
            }
        }
        count(counters, into: &round)
        round.timings = timings.summaries(settings.timings)
        round.droppedCount += memory.droppedCount
        round.failure = failure
        taken = [:]
        return round
    }

    /// A series that is new in an answer may have counted for years, on a server that the engine knows since now:
    /// nothing is counted.
    private mutating func count(_ counters: [SeriesKey: CounterOffer], into round: inout ServiceRound) {
        alternates.begin()
        for (key, offer) in counters {
            let place = alternates.choose(key.signal, key.labels, of: offer.increases.map(\.place))
            let increase = offer.increases.first { $0.place == place }?.increase
            round.readings[offer.reading] = SignalReading(key.signal, key.labels, .increase(increase ?? 0))
        }
    }

    /// The first failure, one of the engine before those of queries.
    private var failure: ServiceFailure? {
        let failures = queries.indices.compactMap { place in
            if case .failure(let failure) = taken[place] { failure } else { nil }
        }
        if let engine = failures.first(where: { $0.reason != .query }) { return engine }
        guard let first = failures.first, failures.count > 1 else { return failures.first }
        return ServiceFailure(.query, "\(first); \(failures.count - 1) more of the queries failed")
    }

    /// How far a counter went by each of the queries for it.
    private struct CounterOffer {
        /// Its place among the readings.
        let reading: Int
        var increases: [(place: Int, increase: Double?)] = []
    }

    private struct SeriesKey: Hashable {
        let signal: ServiceSignal
        let labels: LabelSet
    }
}

extension ServiceSignal {
    fileprivate var isCounter: Bool { descriptor?.kind == .counter }
}
