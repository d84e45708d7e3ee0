/// Where on a host model servers are looked for.
///
/// The ports and paths of the profiles; and ports to which people move a server whose own one is taken, where it may
/// be any.
enum ServerPlaces {
    /// Free for all: several servers have their default here, and their neighbours are where the next one goes.
    static let common: [ClosedRange<Int>] = [8000...8019, 8080...8089, 8888...8888, 5000...5000, 30000...30007]

    /// The paths of the metrics that a server on `port` may have, the likeliest first, each once; none where none is
    /// usual.
    static func paths(on port: Int) -> [String] {
        let own = ServiceProfiles.all.filter { $0.ports.contains(port) }.map(\.path)
        let others = common.contains { $0.contains(port) } ? ServiceProfiles.all.map(\.path) : []
        return (own + others).reduce(into: []) { paths, path in
            if !paths.contains(path) { paths.append(path) }
        }
    }

    /// A port of this host that is asked.
    struct Candidate: Sendable, Equatable {
        let place: ListeningPorts.Place
        let paths: [String]
    }

    /// Those of the `listening` places that are asked, at most ``candidatesMax``.
    ///
    /// - Parameter reserved: ports that are not asked.
    static func candidates(
        _ listening: [ListeningPorts.Place], besides reserved: Set<Int> = []
    ) -> [Candidate] {
        let asked = listening.lazy.filter { !reserved.contains($0.port) }
            .map { Candidate(place: $0, paths: paths(on: $0.port)) }.filter { !$0.paths.isEmpty }
        return Array(asked.prefix(candidatesMax))
    }

    /// Ports asked in one search, and so servers found.
    static let candidatesMax = 64
}
