internal import AnomalyDetect
internal import ArgumentParser
internal import Collectors
internal import Glibc
internal import Platform

/// `latencyd backtest`
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Try the detector on files of the past.",
        discussion: """
            Reads series from CSV files and says, row by row, what the daemon would have expected and whether it would \
            have raised an alarm, knowing only the rows before. Each FILE has the columns 'timestamp' (seconds since \
            1970, rising) and 'value' (a decimal; empty or NaN where there is none); other columns are passed over. \
            Gaps are allowed. Files may be compressed by gzip.

            For each FILE the folder gets NAME.csv with timestamp, value, expected, lower, upper, score (above 1: not \
            normal), level (none, info, warning, critical) and alarm (1: warning or above).

            What would have been said about last month's P99?
              latencyd backtest --csv p99.csv --output results

            All series of a folder, latencies only upwards, with pictures to look at:
              latencyd backtest --csv history/*.csv.gz --output results --direction up --plot

            The worst moments:
              sort -t, -k6,6gr results/p99.csv | head

            Exit code 0: done. 1: a file could not be read or written; the others are done. 2: wrong usage.
            """)

    @OptionGroup var options: BacktestOptions

    func run() throws {
        SignalDescriptor.ignoreBrokenPipes()
        let prepared = try options.prepare()
        let progress = BacktestProgress(count: prepared.plan.items.count)
        let results = Locked<[Result<BacktestSummary, BacktestFailure>?]>(
            Array(repeating: nil, count: prepared.plan.items.count))
        ParallelWork.run(prepared.plan.items.count) { place in
            let result: Result<BacktestSummary, BacktestFailure>
            do throws(BacktestFailure) {
                result = .success(try prepared.run.run(prepared.plan.items[place]) { progress.add(rows: $0) })
            } catch {
                result = .failure(error)
            }
            results.withLock { $0[place] = result }
            progress.addSeries()
        }
        progress.end()
        try report(results.withLock { $0.compactMap(\.self) })
    }

    private func report(_ results: [Result<BacktestSummary, BacktestFailure>]) throws {
        let summaries = results.compactMap { try? $0.get() }
        if !summaries.isEmpty, !StandardOutput.print(BacktestTable.render(summaries)) { throw ExitCode.failure }
        guard summaries.count < results.count else { return }
        for case .failure(let failure) in results { StandardError.print(Finding.printable(failure.description)) }
        throw ExitCode.failure
    }
}

/// The flags of `latencyd backtest`.
struct BacktestOptions: ParsableArguments {
    /// As a flag has it.
    enum Direction: String, CaseIterable, ExpressibleByArgument {
        case up, down, both

        var baseline: BaselineDirection {
            switch self {
            case .up: .up
            case .down: .down
            case .both: .both
            }
        }
    }

    @Option(
        name: .customLong("csv"), parsing: .upToNextOption,
        help: ArgumentHelp("The series: .csv or .csv.gz, each with the columns timestamp and value.", valueName: "file")
    )
    var files: [String]

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("The folder for the results; it is made where there is none.", valueName: "folder"))
    var output: String

    @Option(
        name: .customLong("config.file"),
        help: ArgumentHelp("The configuration whose detection settings are used (default: none).", valueName: "file"))
    var configFile: String?

    @Option(help: "Which deviations count: those above what is expected, below, or both.")
    var direction = Direction.both

    @Option(
        help: ArgumentHelp(
            "The zone whose days and weeks count: local, UTC, or a name as Europe/Berlin (default: as configured, else "
                + "local).", valueName: "zone"))
    var timezone: String?

    @Flag(name: .customLong("plot"), help: "Draw NAME.svg beside each NAME.csv.")
    var isPlotted = false

    func validate() throws {
        if files.isEmpty { throw ValidationError("--csv: name one file at least") }
        if output.isEmpty { throw ValidationError("--output: name a folder") }
    }

    /// What is to be done, once all flags are known to be right.
    func prepare() throws -> (plan: BacktestPlan, run: BacktestRun) {
        let plan: BacktestPlan
        let named: LocalZone?
        do {
            named = try timezone.map { try DetectionScalars.timezone($0).zone() }
            plan = try BacktestPlan(files: files, folder: output)
        } catch let error as ScalarProblem {
            throw ValidationError("--timezone: \(error.what); \(error.remedy)")
        } catch let error as LocalZoneError {
            throw ValidationError("--timezone: \(error.what); \(error.remedy)")
        } catch let error as BacktestPlan.Problem {
            throw ValidationError(Finding.printable("--csv: \(error)"))
        }
        let detection = try loadConfiguration().detection
        let zone: LocalZone
        do throws(LocalZoneError) {
            zone = if let named { named } else { try detection.timezone.zone() }
        } catch {
            StandardError.print("detection.timezone: \(error.what); \(error.remedy)")
            throw ExitCode.failure
        }
        if let code = Folders.make(output) {
            StandardError.print(
                Finding.printable(
                    "\(output) cannot be made: \(SystemError.text(code)); name another folder with --output"))
            throw ExitCode.failure
        }
        let run = BacktestRun(
            settings: BaselineSettings(detection, direction: direction.baseline), isPlotted: isPlotted,
            offset: { zone.offset(at: $0) })
        return (plan, run)
    }

    private func loadConfiguration() throws -> Configuration {
        guard let configFile else { return .default }
        do throws(ConfigurationProblems) {
            return try Configuration.load(file: configFile, knownCollectors: KnownCollectors.ids).configuration
        } catch {
            StandardError.print(error.description)
            throw ExitCode.failure
        }
    }
}
