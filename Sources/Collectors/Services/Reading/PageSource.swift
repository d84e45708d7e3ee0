internal import Platform
internal import Telemetry

/// A model server's page of metrics, and its API where the profile has one.
struct PageSource: ServiceSource {
    private let profile: ServiceProfile
    private let wanted: WantedNames
    private var readings: PageReadings
    /// What the API said last, by path.
    private var apiAnswers = APIAnswers()
    /// Those of the round in progress.
    private var apiPaths: [String] = []
    /// What went wrong with them.
    private var apiFailures: [String] = []
    /// For how many rounds in a row each signal was absent.
    private var absentRounds: [ServiceSignal: Int] = [:]

    init(_ profile: ServiceProfile) {
        self.profile = profile
        wanted = WantedNames(profile.sampleNames)
        readings = PageReadings(profile)
    }

    mutating func begin(_ access: ServiceAccess) -> [ServiceRequest] {
        var requests = [
            ServiceRequest(
                fetch: access.fetch(access.settings.url, accept: PageFormat.accept), sink: PageSink(wanted),
                decides: true)
        ]
        apiPaths = []
        apiFailures = []
        guard let api = profile.api, let base = access.settings.apiURL else { return requests }
        apiPaths = Array(apiAnswers.nextPaths(api).prefix(ServiceAPILimits.pathsMax))
        requests += apiPaths.map { path in
            ServiceRequest(
                fetch: access.fetch(Self.join(base, path), bodyBytesMax: ServiceAPILimits.bodyBytes), decides: false)
        }
        return requests
    }

    /// `base` may end in a slash or have a path of its own.
    static func join(_ base: String, _ path: String) -> String {
        (base.last == "/" ? String(base.dropLast()) : base) + path
    }

    /// An answer of the API is read as it comes: a server with many models would have all of them kept until the last.
    mutating func take(_ answer: ServiceAnswer, at place: Int) -> ServiceAnswer {
        guard place > 0, let api = profile.api else { return answer }
        let path = apiPaths[place - 1]
        do throws(ServiceAPIError) {
            apiAnswers.take(try samples(api, path, answer), from: path)
        } catch {
            apiAnswers.forget(path)
            apiFailures.append("\(answer.request.fetch.url): \(error)")
        }
        return ServiceAnswer(request: answer.request, result: .failure(.notTaken))
    }

    mutating func end(_ answers: [ServiceAnswer], at now: Double) -> ServiceRound {
        var round = ServiceRound()
        round.apiFailureCount = apiFailures.count
        round.apiFailure = apiFailures.first
        do throws(ServiceFailure) {
            try takePage(answers[0], into: &round, at: now)
        } catch {
            readings.miss()
            absentRounds = [:]
            round.failure = error
        }
        return round
    }

    private mutating func takePage(
        _ answer: ServiceAnswer, into round: inout ServiceRound, at now: Double
    ) throws(ServiceFailure) {
        let page = try page(answer)
        round.sampleCount = page.sampleCount
        round.malformedCount = page.malformedCount
        var samples = page.samples
        for sample in apiAnswers.samples { samples[sample.name, default: []].append(sample) }
        let taken = readings.take(
            samples, isWhole: !page.isTruncated && page.malformedCount == 0,
            hasAPI: !apiPaths.isEmpty && apiFailures.isEmpty, at: now)
        round.readings = taken.readings
        round.droppedCount = taken.droppedCount + (page.isTruncated ? 1 : 0)
        absentRounds = Dictionary(uniqueKeysWithValues: taken.missing.map { ($0, (absentRounds[$0] ?? 0) + 1) })
        for (signal, count) in absentRounds where count >= ServiceLimits.roundsUntilMissing {
            round.missing[signal] = remedy(of: signal)
        }
    }

    /// What turns a signal on; where `api_url` would, and is set, that it is the API's turn.
    private func remedy(of signal: ServiceSignal) -> String? {
        guard !apiPaths.isEmpty, profile.signals[signal]?.contains(where: \.isOfAPI) ?? false else {
            return profile.switches[signal]
        }
        return apiFailures.isEmpty
            ? "api_url is set, and its answers do not say it"
            : "api_url is set, and not all of its answers can be used: the log says why"
    }

    private func page(_ answer: ServiceAnswer) throws(ServiceFailure) -> ScrapedPage {
        let fetched: HTTPPage
        switch answer.result {
        case .success(let page): fetched = page
        case .failure(.notTaken): throw notMetrics(answer.request.sink?.error)
        case .failure(let error): throw ServiceFailure(error, of: answer.request.fetch.url)
        }
        guard fetched.status == 200 else {
            throw ServiceFailure(status: fetched.status, of: answer.request.fetch.url, remedy: profile.pageSwitch)
        }
        do {
            return try answer.request.sink?.finish() ?? ScrapedPage()
        } catch {
            throw notMetrics(error)
        }
    }

    private func notMetrics(_ error: PageError?) -> ServiceFailure {
        ServiceFailure(.notMetrics, error.map { "\($0)" } ?? "the answer holds no metrics")
    }

    private func samples(
        _ api: any ServiceAPI, _ path: String, _ answer: ServiceAnswer
    ) throws(ServiceAPIError) -> [ScrapedSample] {
        switch answer.result {
        case .failure(let error):
            throw ServiceAPIError(ServiceFailure(error, of: answer.request.fetch.url, isOfAPI: true).description)
        case .success(let page) where page.status != 200: throw ServiceAPIError("status \(page.status)")
        case .success(let page): return try api.samples(path: path, body: page.body)
        }
    }
}
