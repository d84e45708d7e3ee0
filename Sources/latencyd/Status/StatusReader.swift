internal import Collectors
internal import Platform

/// Asks a running daemon for its pages.
struct StatusReader {
    /// For each page, seconds.
    static let totalSeconds = 5.0

    /// Why there is no status.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private struct Alerts: Decodable {
        struct Data: Decodable { let alerts: [FiringAlert] }
        let data: Data
    }

    /// `HOST:PORT`.
    let address: String

    func read() throws(Failure) -> DaemonStatus {
        guard let client = HTTPClient() else { throw Failure(description: "the HTTP library cannot be used") }
        let pages = client.fetch(
            ["metrics", "api/v1/alerts"].map {
                HTTPFetch(
                    url: "http://\(address)/\($0)", bodyBytesMax: 256 << 20, connectSeconds: Self.totalSeconds,
                    totalSeconds: Self.totalSeconds)
            })
        let metrics = try body(pages[0])
        guard let page = Self.parse(metrics), !page["latencyd_build_info"].isEmpty else {
            throw Failure(
                description: "http://\(address)/metrics is no page of latencyd: another program listens there")
        }
        let alerts = try? JSONText.decode(Alerts.self, from: try body(pages[1]))
        return DaemonStatus(address: address, page: page, alerts: alerts?.data.alerts ?? [])
    }

    private static func parse(_ body: [UInt8]) -> ScrapedPage? {
        var parser = PageParser(format: .text, wanted: .all, limits: limits)
        do {
            try body.withUnsafeBytes { try parser.feed($0) }
            return try parser.finish()
        } catch {
            return nil
        }
    }

    /// A daemon may have very many series, and only its own are looked at.
    private static var limits: PageLimits {
        var limits = PageLimits.default
        limits.samplesMax = 1_000_000
        return limits
    }

    private func body(_ page: Result<HTTPPage, HTTPFetchError>) throws(Failure) -> [UInt8] {
        switch page {
        case .success(let page) where page.status == 200: return page.body
        case .success(let page): throw Failure(description: "http://\(address) answers with status \(page.status)")
        case .failure(.notConnected):
            throw Failure(
                description:
                    "no daemon at http://\(address): start it with 'latencyd run', or name its address with --web.listen-address"
            )
        case .failure(let error): throw Failure(description: "http://\(address): \(error)")
        }
    }
}
