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
              sudo -u latencyd latencyd learn --prometheus http://prometheus:9090 \\
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
        let now = Int64(HostClock.unixSeconds())
        let source = try options.source(now: now)
        let configuration = try options.loadConfiguration()
        guard let client = HTTPClient() else {
            throw LearnSource.Failure(description: "the HTTP library cannot be used")
        }
        let progress = LearnProgress()
        defer { progress.end() }
        var learned = LearnedHistory(offset: { LocalZone.offset(at: $0) }, settings: options.settings(configuration))
        let report = try source.read(
            client: client, pause: progress.pause,
            onProgress: { report in
                if case .engine(let settings) = source {
                    progress.show(
                        until: report.until, from: settings.from, to: settings.to, seriesCount: learned.series.count)
                }
            }, { learned.learn($0) })
        progress.end()
        guard !learned.series.isEmpty else {
            throw LearnSource.Failure(description: source.nothingFound)
        }
        let lines = learned.series.map { series in
            LearnTable.Line(
                key: series.key, pointCount: series.pointCount, days: series.days,
                state: series.baseline.state.rawValue, isKept: false)
        }
        guard StandardOutput.print(LearnTable.render(lines)) else { throw ExitCode.failure }
        for note in report.notes { StandardError.print(note) }
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
