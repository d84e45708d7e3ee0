internal import ArgumentParser
internal import Collectors
internal import Glibc
internal import Logging
internal import Platform

/// `latencyd run`
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon in the foreground.",
        discussion: """
            Without a configuration everything has a default: timings are taken on /run/latencyd/timings.sock \
            (datagrams) and /run/latencyd/timings-stream.sock, the pages are on http://127.0.0.1:9959.

            Run with the defaults:
              latencyd run

            Push a timing by hand, and look at it:
              printf 'inference.latency:12.5|ms|#model:a' | socat - UNIX-SENDTO:/run/latencyd/timings.sock
              curl http://127.0.0.1:9959/metrics

            Take changes of the configuration without a restart:
              kill -HUP PID, or curl -X POST http://127.0.0.1:9959/-/reload

            Exit code 0: stopped by SIGTERM or SIGINT. 1: could not start. 2: wrong usage.
            """)

    @OptionGroup var options: RunOptions

    func run() throws {
        StandardDescriptors.fillGaps()
        FileLimit.raise()
        SignalDescriptor.ignoreBrokenPipes()
        // Before any thread is started: threads take over which signals are blocked.
        guard let signals = SignalDescriptor(Signals.all) else { throw StartFailure.descriptors }
        let log = makeLog()
        FreedMemory.keep()
        let loaded = try options.loadConfiguration(knownCollectors: HardwareCollectors.ids)
        for warning in loaded.warnings { log.warning("\(warning)") }
        let handedOver = ListenDescriptors.take()
        let paths = RuntimePaths(
            configuration: loaded.configuration, environment: ProcessEnvironment.all,
            bindsSockets: handedOver.isEmpty, isUsable: FolderAccess.isUsable)
        for note in paths.notes { log.notice("\(note)") }
        for (flag, path) in options.host.folders where !FolderAccess.isFolder(path) {
            log.warning(
                "\(flag): '\(path)' is no folder: nothing is read from there; name the place where it is mounted")
        }
        let daemon = try Daemon(options: options, loaded: loaded, paths: paths, handedOver: handedOver, log: log)
        log.info(
            "latencyd \(Version.number) serves \(daemon.webURL)/metrics and takes timings",
            metadata: ["datagram": "\(daemon.datagramPaths)", "stream": "\(daemon.streamPaths)"])
        try daemon.run(signals: signals)
        // Everything has been stopped. A driver's library that hangs while it is loaded holds the loader, and with it
        // the usual way out.
        _exit(0)
    }

    private func makeLog() -> Logging.Logger {
        let sink: LogSink =
            JournalStream.isStandardError ? .journal : options.logFormat == .json ? .json : .text
        let level: Logging.Logger.Level =
            switch options.logLevel {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        let stream = LogStream(descriptor: STDERR_FILENO)
        return Logging.Logger(label: "latencyd") { _ in DaemonLogHandler(logLevel: level, sink: sink, stream: stream) }
    }
}
