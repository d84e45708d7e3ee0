internal import Collectors
internal import Platform

/// Looks for model servers: asks the usual ports of this host, those on which somebody listens, for their metrics.
enum ServerSearch {
    /// A page of metrics is shorter, but for servers with very many models, which the first part gives away as well.
    static let pageBytesMax = 4 << 20
    static let connectSeconds = 0.5
    static let totalSeconds = 2.0

    static func run(_ files: any HostFiles, ownPort: Int?) -> [FoundServer] {
        let urls = candidates(ListeningPorts.all(files)).filter { $0.port != ownPort }
        guard !urls.isEmpty, let client = HTTPClient() else { return [] }
        let pages = client.fetch(
            urls.map {
                HTTPFetch(
                    url: $0.url, bodyBytesMax: pageBytesMax, connectSeconds: connectSeconds, totalSeconds: totalSeconds)
            })
        var found: [FoundServer] = []
        for (candidate, page) in zip(urls, pages) where !found.contains(where: { $0.port == candidate.port }) {
            guard case .success(let page) = page, page.status == 200,
                let server = ServerSignature.recognise(page.body, url: candidate.url, port: candidate.port)
            else { continue }
            found.append(server)
        }
        return found
    }

    private static func candidates(_ listening: [ListeningPorts.Place]) -> [(url: String, port: Int)] {
        listening.flatMap { place in
            let paths = ServerSignature.places.first { $0.port == place.port }?.paths ?? []
            return paths.map { ("http://\(place.host):\(place.port)\($0)", place.port) }
        }
    }
}
