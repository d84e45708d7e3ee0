public import Platform

/// Looks once for model servers on this host: asks the usual ports, those on which somebody listens, for their metrics.
public enum ServerSearch {
    /// Waits until all have answered, or their time is up: some seconds at the most.
    ///
    /// - Parameter ownPort: where the daemon serves, which is not asked.
    public static func run(_ files: any HostFiles, ownPort: Int?) -> [FoundServer] {
        let listening = ListeningPorts.all(files)
        let candidates = ServerPlaces.candidates(listening, besides: Set([ownPort].compactMap(\.self)))
        guard !candidates.isEmpty, let client = HTTPClient() else { return [] }
        var probes = ServerProbes()
        probes.begin(candidates, listening: listening, client)
        while probes.isInProgress {
            for ended in client.wait(seconds: ServerProbes.totalSeconds) { _ = probes.take(ended, client) }
        }
        return probes.result.found
    }
}
