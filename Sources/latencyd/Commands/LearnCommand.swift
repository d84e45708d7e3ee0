internal import AnomalyDetect
internal import ArgumentParser
internal import Collectors
internal import Glibc
internal import Platform

/// `latencyd learn`
struct LearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "Learn what is normal from history, before the daemon starts.",
        discussion: """
            Reads the past of timings from Prometheus, or an engine that speaks its language, or from a CSV file, and \
            keeps what is learned where the daemon finds it: after four weeks of history it begins with the days and \
            weeks of each series known. The daemon must not be running meanwhile.

            Baselines belong to a timing, its labels and a statistic. Where the history is what another latencyd \
            exposed, all of that stands in it; of other series the name is the timing's, unless --timing and \
            --statistic say otherwise.

            What this host's daemon exposed in the last four weeks:
              sudo systemctl stop latencyd
              sudo latencyd learn --prometheus http://prometheus:9090 \\
                --query 'latencyd_observed_seconds{instance="gpu7:9959"}'
              sudo systemctl start latencyd

            The P99 of a histogram that the service itself exposed until now:
              latencyd learn --prometheus http://prometheus:9090 \\
                --timing inference_latency_seconds --query 'histogram_quantile(
                0.99, sum by (le, model) (rate(request_seconds_bucket[1m])))'

            A file, whose values are milliseconds:
              latencyd learn --csv p99.csv --timing inference_latency_seconds \\
                --label model=a --scale 0.001

            See first what would come of it, while the daemon runs:
              latencyd learn --dry-run --csv p99.csv --timing x_seconds

            Exit code 0: learned. 1: no history, the daemon is running, or it could not be written. 2: wrong usage.
            """)

    @OptionGroup var options: LearnOptions

    func run() throws {
        SignalDescriptor.ignoreBrokenPipes()
        do {
            try learn()
        } catch let failure as LearnSource.Failure {
            StandardError.print(Finding.printable(failure.description))
            throw ExitCode.failure
        }
    }

    private func learn() throws {
        let now = HostClock.unixSeconds()
        let source = try options.source(now: Int64(now))
        let configuration = try options.loadConfiguration()
        // A file is read before the process may go on as another user.
        let pieces = try source.filePieces()
        let store = try options.isDryRun ? nil : openStore(configuration, now: now)
        let zone = try options.zone(configuration)
        var session = LearnSession(
            LearnedHistory(offset: { zone.offset(at: $0) }, settings: options.settings(configuration)), store)
        var notes: [String] = []
        if let pieces {
            for piece in pieces { session.take(piece) }
        } else {
            notes = try readEngine(source, into: &session)
        }
        let lines = try session.finish()
        guard !lines.isEmpty else { throw LearnSource.Failure(description: source.nothingFound) }
        guard StandardOutput.print(LearnTable.render(lines)) else { throw ExitCode.failure }
        for note in notes { StandardError.print(note) }
    }

    /// What has to be said of what was left out.
    private func readEngine(_ source: LearnSource, into session: inout LearnSession) throws -> [String] {
        guard let client = HTTPClient() else {
            throw LearnSource.Failure(description: "the HTTP library cannot be used")
        }
        let progress = LearnProgress()
        defer { progress.end() }
        let report = try source.readEngine(client: client, pause: progress.pause) { pieces, until in
            for piece in pieces { session.take(piece) }
            if case .engine(let settings) = source {
                progress.show(until: until, from: settings.from, to: settings.to, seriesCount: session.seriesCount)
            }
        }
        return report.notes
    }

    private func openStore(_ configuration: Configuration, now: Double) throws -> LearnStore {
        let paths = RuntimePaths(
            configuration: configuration, environment: ProcessEnvironment.all, bindsSockets: false,
            isUsable: FolderAccess.isUsable)
        for note in paths.notes { StandardError.print(note) }
        if let code = FolderOwner.become(ownerOf: paths.state) {
            throw LearnSource.Failure(
                description: "cannot act as the owner of \(paths.state): \(SystemError.text(code)); run it as that user"
            )
        }
        do throws(StateError) {
            let store = try LearnStore(
                folder: paths.state, settings: StateSettings(), replaces: options.replace, unixSeconds: now)
            for notice in store.notices { StandardError.print(notice) }
            return store
        } catch {
            throw LearnSource.Failure(description: LearnSession.description(of: error))
        }
    }
}

extension LearnSource {
    /// Where the history has no value at all.
    var nothingFound: String {
        switch self {
        case .engine(let settings):
            "\(settings.url): the query gives no values between then and now; try it in the engine's own page, and "
                + "see that the time it keeps (--storage.tsdb.retention.time) is longer than --since"
        case .file(let path, _, _): "\(path): it has no values"
        }
    }
}

extension LearnSource.Report {
    /// For people.
    var notes: [String] {
        var notes: [String] = []
        if droppedCount > 0 {
            notes.append(
                "\(droppedCount) more series were left out: at most \(PromQLLimits.historySeriesMax) are read at once; "
                    + "select fewer of them, and learn the others by further queries")
        }
        if malformedCount > 0 {
            notes.append("series were left out for having more than \(PromQLLimits.labelsMax) labels, or too long ones")
        }
        return notes
    }
}
