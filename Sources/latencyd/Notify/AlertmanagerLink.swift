internal import Collectors
internal import Exporter
internal import Platform
internal import Telemetry

/// The way to one Alertmanager: what it is to be told, and what came of it.
struct AlertmanagerLink {
    /// Where alerts are taken, below an Alertmanager's address.
    static let path = "/api/v2/alerts"
    /// The longest answer that is read, bytes.
    static let answerBytesMax = 65_536

    /// Why a message was not taken.
    enum Failure: String, CaseIterable, Sendable {
        /// A secret cannot be read, or the Alertmanager refuses it.
        case credentials
        /// No connection, or a broken one.
        case connection
        /// No answer in time.
        case timeout
        /// An answer of status 4xx: what was said will not be taken.
        case refused
        /// Any other answer than success.
        case status
    }

    let settings: AlertmanagerConfiguration
    private(set) var outbox = AlertOutbox()
    private(set) var sentCount: UInt64 = 0
    private(set) var errorCounts: [Failure: UInt64] = [:]
    /// The alerts of the message that is under way.
    private var underWay = 0
    private(set) var fetch: HTTPClient.ID?
    /// What was last said about it; nil while it works.
    private var told: String?

    init(_ settings: AlertmanagerConfiguration) { self.settings = settings }

    mutating func take(_ firing: [OutgoingAlert], unixSeconds: Double) {
        outbox.take(firing, unixSeconds: unixSeconds)
    }

    /// Begins to send what is due. A note for the log where that cannot be.
    mutating func send(_ client: HTTPClient, at now: Double, unixSeconds: Double) -> String? {
        guard fetch == nil, let batch = outbox.next(at: now, unixSeconds: unixSeconds) else { return nil }
        let authorization: HTTPAuthorization?
        do throws(RegularFile.Problem) {
            authorization = try settings.credentials?.authorization()
        } catch {
            return fail(.credentials, error.description, at: now)
        }
        underWay = batch.count
        fetch = client.begin(
            HTTPFetch(
                url: settings.alertsURL,
                // Alerts are to be on their way at once, however many they are.
                headers: ["Content-Type: application/json", "Expect:"],
                form: String(decoding: AlertmanagerJSON.body(batch), as: UTF8.self), authorization: authorization,
                security: settings.security, bodyBytesMax: Self.answerBytesMax,
                connectSeconds: settings.timeout.inSeconds, totalSeconds: settings.timeout.inSeconds))
        return nil
    }

    /// The message has ended. A note for the log where that is news.
    mutating func end(_ result: Result<HTTPPage, HTTPFetchError>, at now: Double) -> String? {
        fetch = nil
        switch result {
        case .success(let page) where (200..<300).contains(page.status):
            outbox.accepted(at: now)
            sentCount += UInt64(underWay)
            defer { told = nil }
            return told == nil ? nil : "takes alerts again"
        case .success(let page):
            let said = String(decoding: page.body.prefix(200), as: UTF8.self)
            return fail(Self.failure(page.status), "answers \(page.status): \(AlertText.oneLine(said))", at: now)
        case .failure(.timedOut): return fail(.timeout, HTTPFetchError.timedOut.description, at: now)
        case .failure(.badAuthorization):
            return fail(.credentials, HTTPFetchError.badAuthorization.description, at: now)
        case .failure(let error): return fail(.connection, error.description, at: now)
        }
    }

    /// Breaks off what is under way; it will be said again.
    mutating func cancel(_ client: HTTPClient) {
        if let fetch { client.cancel(fetch) }
        fetch = nil
    }

    private static func failure(_ status: Int) -> Failure {
        switch status {
        case 401, 403: .credentials
        // Later it may have time, or be there.
        case 404, 408, 425, 429: .status
        case 400..<500: .refused
        default: .status
        }
    }

    private mutating func fail(_ failure: Failure, _ text: String, at now: Double) -> String? {
        errorCounts[failure, default: 0] += 1
        if failure == .refused {
            outbox.refused(at: now)
        } else {
            outbox.failed(at: now, chance: .random(in: 0..<1))
        }
        // Once for each kind of trouble, not once for each try.
        defer { told = failure.rawValue }
        return told == failure.rawValue ? nil : "takes no alerts: \(text)"
    }
}

/// Texts of others in lines of the log.
enum AlertText {
    static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
