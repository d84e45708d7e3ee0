public import Platform
internal import Telemetry

/// What an engine is asked about the past.
public struct PromQLHistorySettings: Sendable, Equatable {
    /// Below which `/api/v1/query_range` is asked.
    public var url: String
    public var query: String
    /// Seconds since 1970.
    public var from: Int64
    public var to: Int64
    /// Between two points, in seconds.
    public var step: Int64
    public var names: PromQLHistoryNames
    /// Series taken, the first ones by their names and labels; 1 to ``PromQLLimits/historySeriesMax``.
    public var seriesMax: Int
    /// The answers' unit in base units: 0.001 for milliseconds.
    public var scale: Double
    public var authorization: HTTPAuthorization?
    /// Sent as `X-Scope-OrgID`; nil where there are none.
    public var tenant: String?
    /// For one answer, in seconds.
    public var timeout: Double

    public init(
        url: String, query: String, from: Int64, to: Int64, step: Int64 = 60,
        names: PromQLHistoryNames = PromQLHistoryNames(), seriesMax: Int = PromQLLimits.historySeriesMax,
        scale: Double = 1, authorization: HTTPAuthorization? = nil, tenant: String? = nil, timeout: Double = 60
    ) {
        self.url = url
        self.query = query
        self.from = from
        self.to = to
        self.step = step
        self.names = names
        self.seriesMax = seriesMax
        self.scale = scale
        self.authorization = authorization
        self.tenant = tenant
        self.timeout = timeout
    }
}

/// A stretch of the past of all series, in the order of time from one to the next.
public struct PromQLHistoryPart: Sendable, Equatable {
    /// The first point's time, seconds since 1970.
    public var from: Int64
    /// The last point's.
    public var to: Int64
    /// Between two points, in seconds.
    public var step: Int64
    /// For each series a value at each point; NaN where there is none.
    public var values: [TimingStatistic: [Double]]
}

/// Reads the past of many series from an engine that speaks PromQL, a stretch of time after the other, so that no more
/// than one answer is in memory.
public final class PromQLHistory {
    public static let path = "/api/v1/query_range"

    private let settings: PromQLHistorySettings
    private let fetch: (HTTPFetch) -> Result<HTTPPage, HTTPFetchError>
    private let pause: (Double) -> Void
    private var known: Set<TimingStatistic> = []
    /// Series beyond the limit.
    public private(set) var dropped: Set<TimingStatistic> = []
    /// Series whose labels have no end; they count once for each answer.
    public private(set) var malformedCount = 0
    /// Why the last query failed, while it is asked again.
    public private(set) var setback: ServiceFailure?

    /// - Parameters:
    ///   - fetch: one page, waiting for it.
    ///   - pause: waits for seconds.
    public init(
        _ settings: PromQLHistorySettings, fetch: @escaping (HTTPFetch) -> Result<HTTPPage, HTTPFetchError>,
        pause: @escaping (Double) -> Void
    ) {
        self.settings = settings
        self.fetch = fetch
        self.pause = pause
    }

    /// Hands over all parts; throws when the engine refuses one, or does not answer after several tries.
    public func read(_ take: (PromQLHistoryPart) -> Void) throws(ServiceFailure) {
        var plan = PromQLRangePlan(from: settings.from, to: settings.to, step: settings.step)
        var action = plan.first()
        while true {
            switch action {
            case .done: return
            case .giveUp: throw setback ?? ServiceFailure(.other, "the engine gives nothing")
            case .ask(let from, let to, let seconds):
                if seconds > 0 { pause(seconds) }
                let (part, outcome) = try ask(from, to)
                if let part {
                    setback = nil
                    take(part)
                }
                action = plan.next(outcome)
            }
        }
    }

    private func ask(
        _ from: Int64, _ to: Int64
    ) throws(ServiceFailure) -> (PromQLHistoryPart?, PromQLRangePlan.Outcome) {
        switch fetch(request(from, to)) {
        case .failure(let error):
            setback = ServiceFailure(error, of: settings.url)
            switch error {
            case .tooLong: return (nil, .tooMuch)
            case .notConnected, .timedOut, .malformed: return (nil, .passing)
            default: throw ServiceFailure(error, of: settings.url)
            }
        case .success(let page):
            do throws(ServiceFailure) {
                return (try part(page, from, to), .answered(bytes: page.body.count))
            } catch {
                setback = error
                switch page.status {
                // What could not be evaluated at once, as too many samples.
                case 422: return (nil, .tooMuch)
                case 429, 500, 502, 503, 504: return (nil, .passing)
                default: throw error
                }
            }
        }
    }

    private func request(_ from: Int64, _ to: Int64) -> HTTPFetch {
        var headers = ["Accept: application/json"]
        if let tenant = settings.tenant { headers.append("X-Scope-OrgID: \(tenant)") }
        return HTTPFetch(
            url: PageSource.join(settings.url, Self.path), headers: headers,
            form: "query=\(FormText.encoded(settings.query))&start=\(from)&end=\(to)&step=\(settings.step)"
                + "&timeout=\(settings.timeout)",
            authorization: settings.authorization, bodyBytesMax: PromQLLimits.historyAnswerBytes,
            totalSeconds: settings.timeout)
    }

    // MARK: Answers

    private func part(_ page: HTTPPage, _ from: Int64, _ to: Int64) throws(ServiceFailure) -> PromQLHistoryPart {
        var elements: [(key: TimingStatistic, element: PromQLRangeElement)] = []
        var isNameless = false
        try PromQLAnswer.readRange(status: page.status, body: page.body, of: settings.url) { element in
            do throws(PromQLHistoryNames.Refusal) {
                elements.append((try settings.names.key(of: element.metric), element))
            } catch {
                if error == .nameless { isNameless = true } else { malformedCount += 1 }
            }
        }
        if isNameless {
            throw ServiceFailure(
                .query, "a series of the answer has no name, as those of expressions: say with --timing which it is")
        }
        // Later versions of an answer may have other series; those that are known stay.
        var isTaken: [TimingStatistic: Bool] = [:]
        for key in Set(elements.map(\.key)).sorted(by: Self.isOrdered) { isTaken[key] = takes(key) }
        var part = PromQLHistoryPart(from: from, to: to, step: settings.step, values: [:])
        let count = Int((to - from) / settings.step) + 1
        for (key, element) in elements where isTaken[key] == true {
            add(element, from: from, to: &part.values[key, default: Array(repeating: .nan, count: count)])
        }
        return part
    }

    /// Of two series that become one, as those of a server that was restarted under another name, the larger value
    /// counts.
    private func add(_ element: PromQLRangeElement, from: Int64, to values: inout [Double]) {
        for (time, value) in zip(element.times, element.values) {
            let place = ((time - Double(from)) / Double(settings.step)).rounded()
            guard place >= 0, place < Double(values.count), (value * settings.scale).isFinite else { continue }
            values[Int(place)] = Double.maximum(values[Int(place)], value * settings.scale)
        }
    }

    private func takes(_ key: TimingStatistic) -> Bool {
        if known.contains(key) { return true }
        guard known.count < settings.seriesMax else {
            if dropped.count < PromQLLimits.historySeriesMax { dropped.insert(key) }
            return false
        }
        known.insert(key)
        return true
    }

    private static func isOrdered(_ first: TimingStatistic, before second: TimingStatistic) -> Bool {
        if first.timing != second.timing { return first.timing < second.timing }
        if first.labels != second.labels { return first.labels.isOrdered(before: second.labels) }
        return first.statistic.rawValue < second.statistic.rawValue
    }
}

extension PromQLLimits {
    /// Series whose past is read by one query: the statistics of as many timings as are learned by default.
    public static let historySeriesMax = 2_000
    /// The longest answer to a query over a range, in bytes.
    public static let historyAnswerBytes = 64 << 20
}
