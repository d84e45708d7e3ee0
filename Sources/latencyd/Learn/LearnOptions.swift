internal import AnomalyDetect
internal import ArgumentParser
internal import Collectors
internal import Platform
internal import Telemetry

/// The flags of `latencyd learn`.
struct LearnOptions: ParsableArguments {
    static let sinceRange: ClosedRange<Duration> = .seconds(3_600) ... .seconds(400 * 86_400)
    static let timeoutRange: ClosedRange<Duration> = .seconds(1) ... .seconds(600)

    @Option(
        help: ArgumentHelp(
            "An engine that speaks PromQL: Prometheus, Thanos, Mimir, VictoriaMetrics.", valueName: "url"))
    var prometheus: String?

    @Option(help: ArgumentHelp("What it is asked: one value each minute of each series.", valueName: "promql"))
    var query: String?

    @Option(help: ArgumentHelp("How far back it is asked, 1h to 400d.", valueName: "duration"))
    var since = "28d"

    @Option(
        name: .customLong("csv"),
        help: ArgumentHelp("A file with the columns timestamp and value, .csv or .csv.gz.", valueName: "file"))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "The timing's name as the daemon exposes it (default: as the answer says).", valueName: "name"))
    var timing: String?

    @Option(
        help: ArgumentHelp(
            "The statistic: p50, p95, p99, mean, stddev or rate (default: as the answer says, else p99).",
            valueName: "name"),
        transform: LearnOptions.statistic(named:))
    var statistic: Statistic?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("A label that the daemon's series has; may be repeated.", valueName: "name=value"))
    var labels: [String] = []

    @Option(
        name: .customLong("drop-label"),
        help: ArgumentHelp(
            "A label of the answer that the daemon's series does not have; may be repeated (default: job, instance).",
            valueName: "name"))
    var droppedLabels: [String] = []

    @Option(
        help: ArgumentHelp(
            "What values are multiplied by, as 0.001 where they are milliseconds and the timing is in seconds.",
            valueName: "factor"))
    var scale = 1.0

    @Option(name: .customLong("bearer-token-file"), help: ArgumentHelp("The file of a token.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("The user for basic authentication.", valueName: "name"))
    var username: String?

    @Option(name: .customLong("password-file"), help: ArgumentHelp("The file of its password.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("Sent as X-Scope-OrgID, for Mimir and Cortex.", valueName: "name"))
    var tenant: String?

    @Option(help: ArgumentHelp("How long one answer may take.", valueName: "duration"))
    var timeout = "60s"

    @Option(
        name: .customLong("config.file"),
        help: ArgumentHelp(
            "The daemon's configuration (default: \(Configuration.fileDefault) if it exists, else built-in defaults).",
            valueName: "file"))
    var configFile: String?

    @Option(
        name: .customLong("storage.path"),
        help: ArgumentHelp("The folder of the daemon's state, instead of storage.path.", valueName: "folder"))
    var storagePath: String?

    @Flag(help: "Learn anew what the daemon knows already.")
    var replace = false

    @Flag(name: .customLong("dry-run"), help: "Read and learn, but write nothing; the daemon may be running.")
    var isDryRun = false

    private static func statistic(named name: String) throws -> Statistic {
        guard let statistic = Statistic(rawValue: name) else {
            let names = Statistic.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(name)' is no statistic; write one of \(names)")
        }
        return statistic
    }

    func validate() throws {
        guard (prometheus == nil) != (file == nil) else {
            throw ValidationError("name one source: --prometheus with --query, or --csv with --timing")
        }
        if file != nil {
            guard let timing, !timing.isEmpty else {
                throw ValidationError("--timing: a file does not say which timing it is about; name it")
            }
            if query != nil { throw ValidationError("--query: a file is not asked; leave it out") }
        } else if (query ?? "").isEmpty {
            throw ValidationError("--query: say what the engine is asked, as 'latencyd_observed_seconds'")
        }
        if (username == nil) != (passwordFile == nil) {
            throw ValidationError("--username and --password-file belong together")
        }
        if tokenFile != nil, username != nil {
            throw ValidationError("--bearer-token-file and --username: choose one of both")
        }
        guard scale > 0, scale.isFinite else {
            throw ValidationError("--scale: '\(scale)' is no factor; write a number above 0, as 0.001")
        }
        if let query, query.utf8.count > PromQLLimits.queryBytesMax {
            throw ValidationError("--query: it is longer than \(PromQLLimits.queryBytesMax) bytes")
        }
        _ = try parsedLabels()
        try Self.scalar("--since") { try DurationScalar.parse(since, in: Self.sinceRange) }
        try Self.scalar("--timeout") { try DurationScalar.parse(timeout, in: Self.timeoutRange) }
        if let storagePath { try Self.scalar("--storage.path") { try PathScalar.absolute(storagePath) } }
        if let prometheus { try Self.scalar("--prometheus") { try URLScalar.http(prometheus) } }
    }

    @discardableResult
    private static func scalar<Value>(_ flag: String, _ parse: () throws -> Value) throws -> Value {
        do {
            return try parse()
        } catch let error as ScalarProblem {
            throw ValidationError("\(flag): \(error.what); \(error.remedy)")
        }
    }

    private func parsedLabels() throws -> [Label] {
        try labels.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard parts.count == 2, !parts[1].isEmpty, MetricName.sanitizedLabel(name) == name else {
                throw ValidationError("--label: '\(text)' is no label; write NAME=VALUE, as model=a")
            }
            return Label(name, String(parts[1]))
        }
    }

    // MARK: What is asked for

    /// - Parameter now: seconds since 1970.
    func source(now: Int64) throws -> LearnSource {
        let labels = try parsedLabels()
        if let file {
            let key = TimingStatistic(
                timing: timing ?? "", labels: LabelSet(labels), statistic: statistic ?? .p99)
            return .file(file, key, scale: scale)
        }
        let seconds = Int64(try DurationScalar.parse(since, in: Self.sinceRange).inSeconds)
        let dropped = droppedLabels.isEmpty ? PromQLHistoryNames.droppedDefault : Set(droppedLabels)
        return .engine(
            PromQLHistorySettings(
                url: prometheus ?? "", query: query ?? "", from: now - seconds, to: now,
                names: PromQLHistoryNames(
                    timing: timing, statistic: statistic, labels: labels, droppedLabels: dropped), scale: scale,
                authorization: try authorization(), tenant: tenant,
                timeout: try DurationScalar.parse(timeout, in: Self.timeoutRange).inSeconds))
    }

    private func authorization() throws -> HTTPAuthorization? {
        do throws(RegularFile.Problem) {
            if let tokenFile { return .bearer(try SecretFile.read(tokenFile)) }
            guard let username, let passwordFile else { return nil }
            return .basic(user: username, password: try SecretFile.read(passwordFile))
        } catch {
            throw LearnSource.Failure(description: error.description)
        }
    }
    /// The daemon's, with what the flags say over it.
    func loadConfiguration() throws -> Configuration {
        let isThere = ConfigurationFile.exists(Configuration.fileDefault)
        var configuration = Configuration.default
        if let file = configFile ?? (isThere ? Configuration.fileDefault : nil) {
            do throws(ConfigurationProblems) {
                configuration = try Configuration.load(file: file, knownCollectors: KnownCollectors.ids).configuration
            } catch {
                throw LearnSource.Failure(description: error.description)
            }
        }
        if let storagePath { configuration.storage.path = try PathScalar.absolute(storagePath) }
        return configuration
    }

    /// With what the daemon judges a series. How many share its budgets of false alarms is known to the daemon only, which
    /// goes on with settings of its own.
    func settings(_ configuration: Configuration) -> (TimingStatistic) -> BaselineSettings {
        { BaselineSettings(configuration.detection, $0.statistic, StateSeries($0).unit) }
    }

    /// Whose days and weeks are learned.
    func zone(_ configuration: Configuration) throws -> LocalZone {
        do throws(LocalZoneError) {
            return try configuration.detection.timezone.zone()
        } catch {
            throw LearnSource.Failure(description: "detection.timezone: \(error.what); \(error.remedy)")
        }
    }
}
