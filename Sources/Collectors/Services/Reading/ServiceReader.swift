public import Platform

/// Reads all services on one thread, each in its own time: none waits for another.
public final class ServiceReader {
    /// Requests on the way at the same time: every service may have all of its own, so that none waits for a place, and
    /// so may every port that is asked whether a server is there.
    static let transfersMax = ServiceLimits.servicesMax * ServiceLimits.requestsAtOnce + ServerPlaces.candidatesMax

    private let client: HTTPClient
    private let board: ServiceBoard
    private let monotonicSeconds: () -> Double
    private let unixSeconds: () -> Double
    private let files: any HostFiles
    /// Tells this host from others.
    private let host: String
    private var configured: [ServiceSettings] = []
    /// Nil where only what is configured is read.
    private var finder: ServerFinder?
    private var targets: [ServiceTarget] = []
    private var notices: [String: ServiceNotice] = [:]

    /// Nil when the HTTP library cannot be used.
    ///
    /// - Parameter files: where it stands which ports are listened on, and what host this is.
    public init?(
        board: ServiceBoard, files: any HostFiles = SystemHostFiles(),
        monotonicSeconds: @escaping () -> Double = HostClock.monotonicSeconds,
        unixSeconds: @escaping () -> Double = HostClock.unixSeconds
    ) {
        guard let client = HTTPClient(transfersMax: Self.transfersMax) else { return nil }
        self.client = client
        self.board = board
        self.files = files
        host = Self.host(files)
        self.monotonicSeconds = monotonicSeconds
        self.unixSeconds = unixSeconds
    }

    /// The host's name, and what no other one has while it runs: names are not always set.
    private static func host(_ files: any HostFiles) -> String {
        [HostPath.procfs("sys/kernel/hostname"), .procfs("sys/kernel/random/boot_id")]
            .map { (try? files.read($0)).map { String(decoding: $0, as: UTF8.self) } ?? "" }.joined()
    }

    /// When each service is read next, monotonic seconds.
    var dueSeconds: [Double] { targets.map(\.dueSeconds) }

    /// Reads these services from now on. One that is as it was goes on; at most ``ServiceLimits/servicesMax`` are read.
    ///
    /// - Parameter finding: nil where servers that are not among them are left alone; else they are searched for at
    ///   once.
    public func apply(_ settings: [ServiceSettings], finding: ServerFinding? = nil) {
        configured = settings
        if let finding {
            let now = monotonicSeconds()
            var finder = finder ?? ServerFinder(finding, files, at: now)
            finder.apply(finding, besides: settings, client, at: now)
            self.finder = finder
        } else {
            finder?.cancel(client)
            finder = nil
        }
        readAll()
    }

    /// Reads what is configured, and what was found beside it.
    private func readAll() {
        let now = monotonicSeconds()
        let wanted = Array((configured + (finder?.services ?? [])).prefix(ServiceLimits.servicesMax))
        var kept: [ServiceTarget] = []
        for var target in targets {
            if wanted.contains(target.settings) {
                kept.append(target)
            } else {
                target.cancel(client)
                board.end(target.settings.name)
                notices[target.settings.name] = nil
            }
        }
        for new in wanted where !kept.contains(where: { $0.settings == new }) {
            board.begin(new, unixSeconds: unixSeconds())
            kept.append(ServiceTarget(new, at: now, host: host))
        }
        targets = kept
    }

    /// Begins what is due, waits for answers until something is due again or `wakeup` has a signal, and takes those
    /// that came. Returns what people should know.
    public func turn(or wakeup: Wakeup) -> [ServiceNote] {
        var notes: [ServiceNote] = []
        let now = monotonicSeconds()
        notes += take(finder?.begin(client, at: now))
        for index in targets.indices {
            if let round = targets[index].begin(client, at: now) { notes += end(round, of: targets[index].settings) }
        }
        let due = (targets.filter { !$0.isInProgress }.map(\.dueSeconds) + [finder?.nextSeconds ?? now + 60]).min()!
        let answers = client.wait(seconds: due - monotonicSeconds(), or: wakeup)
        for answer in answers {
            notes += take(finder?.take(answer, client))
            for index in targets.indices {
                if let round = targets[index].take(answer, client, at: monotonicSeconds()) {
                    notes += end(round, of: targets[index].settings)
                }
            }
        }
        return notes
    }

    /// Reads what a search found from now on.
    private func take(_ notes: [ServiceNote]?) -> [ServiceNote] {
        guard let notes, !notes.isEmpty else { return [] }
        readAll()
        return notes
    }

    private func end(_ round: ServiceRound, of settings: ServiceSettings) -> [ServiceNote] {
        board.take(
            round, of: settings.name, monotonicSeconds: monotonicSeconds(), unixSeconds: unixSeconds())
        return notices[settings.name, default: ServiceNotice(settings)].notes(of: round, at: monotonicSeconds())
    }
}
