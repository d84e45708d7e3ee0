internal import Collectors
internal import Platform

/// Asks a running daemon for its pages.
struct StatusReader {
    /// For each page, seconds.
    static let totalSeconds = 5.0
    /// The longest page, in bytes. Of it only the lines about the daemon itself are kept.
    static let pageBytesMax = 256 << 20
    /// The longest list of alerts, in bytes.
    static let alertsBytesMax = 16 << 20

    /// The longest list of baselines, in bytes.
    static let baselinesBytesMax = 64 << 20

    /// Why there is no status.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private typealias Answer = Result<HTTPPage, HTTPFetchError>

    /// `HOST:PORT`.
    let address: String

    func read() throws(Failure) -> DaemonStatus {
        guard let client = HTTPClient() else { throw Failure(description: "the HTTP library cannot be used") }
        let sink = PageSink(WantedNames(DaemonStatus.sampleNames))
        let metrics = client.begin(fetch("metrics", bytesMax: Self.pageBytesMax), into: sink)
        let list = client.begin(fetch("api/v1/alerts", bytesMax: Self.alertsBytesMax))
        let history = client.begin(fetch("api/v1/alerts/history", bytesMax: Self.alertsBytesMax))
        let baselines = client.begin(fetch("api/v1/baselines", bytesMax: Self.baselinesBytesMax))
        var answers: [HTTPClient.ID: Answer] = [:]
        while client.openCount > 0 {
            for ended in client.wait(seconds: 1) { answers[ended.id] = ended.result }
        }
        return DaemonStatus(
            address: address, page: try page(answers[metrics], sink), alerts: Self.alerts(answers[list]),
            ended: Self.ended(answers[history]), unlearned: Self.unlearned(answers[baselines]))
    }

    private func fetch(_ path: String, bytesMax: Int) -> HTTPFetch {
        HTTPFetch(
            url: "http://\(address)/\(path)", bodyBytesMax: bytesMax, connectSeconds: Self.totalSeconds,
            totalSeconds: Self.totalSeconds)
    }

    /// Nil when there is no such list: silence would look like a calm host.
    private static func alerts(_ answer: Answer?) -> [FiringAlert]? {
        guard case .success(let page)? = answer, page.status == 200 else { return nil }
        return try? FiringAlert.list(page.body)
    }

    private static func ended(_ answer: Answer?) -> [EndedAlert]? {
        guard case .success(let page)? = answer, page.status == 200 else { return nil }
        return try? EndedAlert.list(page.body)
    }

    private static func unlearned(_ answer: Answer?) -> [LearningStatus.Series]? {
        guard case .success(let page)? = answer, page.status == 200 else { return nil }
        return try? LearningStatus.Series.list(page.body)
    }

    private func page(_ answer: Answer?, _ sink: PageSink) throws(Failure) -> ScrapedPage {
        switch answer {
        case .success(let page) where page.status == 200: break
        case .success(let page):
            throw Failure(
                description: "http://\(address)/metrics answers with status \(page.status): is that latencyd?")
        case .failure(.notTaken): throw stranger
        case .failure(.notConnected), nil:
            throw Failure(
                description: "no daemon at http://\(address): start it with 'latencyd run', or name its address with "
                    + "--web.listen-address")
        case .failure(let error): throw Failure(description: "http://\(address)/metrics: \(error)")
        }
        guard let page = try? sink.finish(), !page["latencyd_build_info"].isEmpty else { throw stranger }
        return page
    }

    private var stranger: Failure {
        Failure(description: "http://\(address)/metrics is no page of latencyd: another program listens there")
    }
}
