internal import ArgumentParser
internal import Collectors
internal import Glibc
internal import Platform

/// `latencyd doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what makes latency fluctuate on this host.",
        discussion: """
            Reads how the host is set up, measures for some seconds how late threads wake, and prints what it found: the \
            worst first, each with what was seen, why it matters for inference and the command that mends it. It \
            changes nothing. As root it sees more; what it could not read is listed as unknown.

            Look at this host:
              sudo latencyd doctor

            Measure for a minute, while the service is under load:
              latencyd doctor --probe=1m

            The commands that mend the critical ones, for a script:
              latencyd doctor --json | jq -r '.checks[].findings[] | select(.severity=="critical") | .remedy[]'

            Exit code 0: nothing worse than a note. 1: a warning or worse, or it could not be done. 2: wrong usage.
            """)

    @OptionGroup var options: DoctorOptions

    func run() throws {
        SignalDescriptor.ignoreBrokenPipes()
        let isTerminal = isatty(STDERR_FILENO) == 1
        let round = DoctorRound(
            files: SystemHostFiles(sysfs: options.host.pathSysfs, procfs: options.host.pathProcfs),
            probeSeconds: options.probeSeconds,
            onProgress: { if isTerminal { Self.showProgress($0) } },
            configuration: DoctorConfiguration(
                file: options.host.configurationFile(exists: ConfigurationFile.exists),
                knownCollectors: KnownCollectors.ids)
        )
        let report = try round.run()
        let text =
            options.isJSON
            ? DoctorJSON.render(report)
            : DoctorText(Terminal(STDOUT_FILENO, environment: ProcessEnvironment.all)).render(report)
        guard StandardOutput.print(text) else {
            StandardError.print("the report could not be written: \(SystemError.text(errno))")
            throw ExitCode.failure
        }
        // All is written. A driver's library that hangs while it is loaded holds the loader, and with it the usual way
        // out.
        _exit(report.exitCode)
    }

    /// One line that writes over itself, and is gone at the end.
    private static func showProgress(_ secondsLeft: Int) {
        let text = secondsLeft == 0 ? "\r\u{1b}[K" : "\r\u{1b}[Kmeasuring wake-up latency, \(secondsLeft) s left"
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}

/// The flags of `latencyd doctor`.
struct DoctorOptions: ParsableArguments {
    @OptionGroup var host: HostOptions

    static let probeRange: ClosedRange<Duration> = .seconds(1) ... .seconds(3_600)

    @Flag(name: .customLong("json"), help: "Print one JSON object for machines.")
    var isJSON = false

    @Option(
        name: .customLong("probe"),
        help: ArgumentHelp("How long to measure the wake-up latency, 1s to 1h.", valueName: "duration"))
    var probe = "5s"

    @Flag(name: .customLong("no-probe"), help: "Do not measure the wake-up latency; takes a second instead of five.")
    var isWithoutProbe = false

    func validate() throws {
        do {
            _ = try DurationScalar.parse(probe, in: Self.probeRange)
        } catch {
            throw ValidationError("--probe: \(error.what); \(error.remedy)")
        }
        for (flag, path) in host.folders where !FolderAccess.isFolder(path) {
            throw ValidationError("\(flag): '\(path)' is no folder; name the place where it is mounted")
        }
    }

    /// Nil where nothing is measured.
    var probeSeconds: Double? {
        isWithoutProbe ? nil : (try? DurationScalar.parse(probe, in: Self.probeRange))?.inSeconds
    }
}
