internal import ArgumentParser
internal import Collectors
internal import Glibc
internal import Platform

/// `latencyd status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the running daemon reads, and what is wrong now.",
        discussion: """
            Asks the daemon for its pages and sums them up on one screen: what is pushed and dropped, collectors that \
            fail, model servers with their queues and latencies, alerts that fire. Model servers that run on this host \
            and that the daemon does not read are named, with the lines to add to its configuration.

            Look at it for a while, every two seconds:
              latencyd status --watch

            Which services are down, for a script:
              latencyd status --json | jq -r '.services[] | select(.up==0) | .service'

            Exit code 0: the daemon answered. 1: it did not. 2: wrong usage.
            """)

    /// Between two looks of `--watch`, seconds.
    static let watchSeconds = 2.0

    @OptionGroup var options: StatusOptions

    func run() throws {
        SignalDescriptor.ignoreBrokenPipes()
        let address = options.address(exists: ConfigurationFile.exists)
        let reader = StatusReader(address: address)
        let found = options.isWithoutSearch ? [] : ServerSearch.run(SystemHostFiles(), ownPort: Self.port(of: address))
        repeat {
            let text: String
            do throws(StatusReader.Failure) {
                text = render(try reader.read(), found)
            } catch {
                guard options.isWatching else {
                    StandardError.print(error.description)
                    throw ExitCode.failure
                }
                text = error.description
            }
            guard StandardOutput.print((options.isWatching ? "\u{1b}[H\u{1b}[2J" : "") + text) else {
                throw ExitCode.failure
            }
            if options.isWatching { usleep(useconds_t(Self.watchSeconds * 1e6)) }
        } while options.isWatching
    }

    private func render(_ status: DaemonStatus, _ found: [FoundServer]) -> String {
        let others = found.filter { server in !status.services.contains { server.isMeant(by: $0.url) } }
        return options.isJSON
            ? StatusJSON.render(status, found: others)
            : StatusText(isColoured: Terminal(STDOUT_FILENO, environment: ProcessEnvironment.all).isColoured)
                .render(status, found: others)
    }

    private static func port(of address: String) -> Int? { address.split(separator: ":").last.flatMap { Int($0) } }
}

/// The flags of `latencyd status`.
struct StatusOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print one JSON object for machines.")
    var isJSON = false

    @Flag(name: .customLong("watch"), help: "Look again every two seconds, in place, until it is interrupted.")
    var isWatching = false

    @Flag(name: .customLong("no-search"), help: "Do not look for model servers on this host.")
    var isWithoutSearch = false

    @Option(
        name: .customLong("config.file"),
        help: ArgumentHelp(
            "The daemon's configuration, for its address (default: \(Configuration.fileDefault) if it exists).",
            valueName: "file"))
    var configFile: String?

    @Option(
        name: .customLong("web.listen-address"),
        help: ArgumentHelp("Where the daemon's web server listens (default: as configured).", valueName: "host:port"))
    var webListenAddress: String?

    func validate() throws {
        if isJSON && isWatching { throw ValidationError("--json and --watch: choose one of both") }
        guard let webListenAddress else { return }
        do {
            _ = try ListenAddressScalar.parse(webListenAddress)
        } catch {
            throw ValidationError("--web.listen-address: \(error.what); \(error.remedy)")
        }
    }

    /// Where the daemon is to be found: as the flag says, else the configuration, else by default.
    func address(exists: (String) -> Bool) -> String {
        if let webListenAddress { return Self.reachable(webListenAddress) }
        let file = configFile ?? (exists(Configuration.fileDefault) ? Configuration.fileDefault : nil)
        let loaded = file.flatMap { try? Configuration.load(file: $0, knownCollectors: KnownCollectors.ids) }
        return Self.reachable((loaded?.configuration ?? .default).web.listenAddress.description)
    }

    /// A daemon that listens on every address is reached on this host's own.
    private static func reachable(_ address: String) -> String {
        for everywhere in ["0.0.0.0:", "[::]:", ":"] where address.hasPrefix(everywhere) {
            return "127.0.0.1:" + address.dropFirst(everywhere.count)
        }
        return address
    }
}
