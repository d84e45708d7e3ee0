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
    /// `http` or `https`.
    var scheme = "http"
    var security = HTTPSecurity()
    /// Nil where no password is asked for.
    var authorization: HTTPAuthorization?

    private var url: String { "\(scheme)://\(address)" }

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
        var status = DaemonStatus(
            address: address, page: try page(answers[metrics], sink), alerts: Self.alerts(answers[list]),
            ended: Self.ended(answers[history]), unlearned: Self.unlearned(answers[baselines]))
        status.scheme = scheme
        return status
    }

    private func fetch(_ path: String, bytesMax: Int) -> HTTPFetch {
        HTTPFetch(
            url: "\(url)/\(path)", authorization: authorization, security: security, bodyBytesMax: bytesMax,
            connectSeconds: Self.totalSeconds,
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
        case .success(let page) where page.status == 401:
            throw Failure(
                description: authorization == nil
                    ? "\(url) asks for a password: name --user and --password-file"
                    : "\(url) does not take the user or the password: check --user and --password-file")
        case .success(let page) where page.status == 429:
            throw Failure(description: "\(url) has seen too many wrong passwords from here: try again in some seconds")
        case .success(let page):
            throw Failure(
                description: "\(url)/metrics answers with status \(page.status): is that latencyd?")
        case .failure(.notTaken): throw stranger
        case .failure(.notConnected), nil:
            throw Failure(
                description: "no daemon at \(url): start it with 'latencyd run', or name its address with "
                    + "--web.listen-address")
        case .failure(.malformed) where scheme == "http":
            throw Failure(
                description: "\(url)/metrics: \(HTTPFetchError.malformed); where it speaks TLS, name it by "
                    + "--url https://\(address)")
        case .failure(.notSecure(let fault, let words)):
            throw Failure(
                description: "\(url)/metrics: \(HTTPFetchError.notSecure(fault, words)); \(Self.remedy(fault))")
        case .failure(let error): throw Failure(description: "\(url)/metrics: \(error)")
        }
        guard let page = try? sink.finish(), !page["latencyd_build_info"].isEmpty else { throw stranger }
        return page
    }

    private static func remedy(_ fault: HTTPSecurityFault) -> String {
        switch fault {
        case .notTrusted: "name the authority that signed its certificate by --ca-file"
        case .authoritiesFile: "name a file with certificates in PEM by --ca-file"
        case .outOfDate: "renew its certificate"
        case .notFitting: "name a host of its certificate by --url"
        case .ownCertificate: "name a certificate and its key in PEM by --cert-file and --key-file"
        case .handshake: "where it wants a certificate of its clients, name one by --cert-file and --key-file"
        }
    }

    private var stranger: Failure {
        Failure(description: "\(url)/metrics is no page of latencyd: another program listens there")
    }
}
