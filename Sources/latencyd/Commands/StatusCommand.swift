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

            Exit code 0: the daemon answered, or --watch was interrupted. 1: it did not answer. 2: wrong usage.
            """)

    /// Between two looks of `--watch`, seconds.
    static let watchSeconds = 2.0

    @OptionGroup var options: StatusOptions

    func run() throws {
        SignalDescriptor.ignoreBrokenPipes()
        let place: StatusOptions.Place
        do throws(ConfigurationProblems) {
            place = try options.place(exists: ConfigurationFile.exists)
        } catch {
            StandardError.print(error.description)
            throw ExitCode.failure
        }
        let reader = StatusReader(address: place.address)
        let found =
            options.isWithoutSearch || !place.isHere
            ? [] : ServerSearch.run(SystemHostFiles(), ownPort: Self.port(of: place.address))
        options.isWatching ? try watch(reader, found) : try show(reader, found)
    }

    private func show(_ reader: StatusReader, _ found: [FoundServer]) throws {
        let text: String
        do throws(StatusReader.Failure) {
            text = render(try reader.read(), found)
        } catch {
            StandardError.print(Finding.printable(error.description))
            throw ExitCode.failure
        }
        guard StandardOutput.print(text) else { throw ExitCode.failure }
    }

    /// Until it is interrupted, or nobody reads any more.
    private func watch(_ reader: StatusReader, _ found: [FoundServer]) throws {
        // Nothing is left to be undone.
        signal(SIGINT) { _ in _exit(0) }
        let clear = isatty(STDOUT_FILENO) == 1 ? "\u{1b}[H\u{1b}[2J" : ""
        while true {
            let text: String
            do throws(StatusReader.Failure) {
                text = render(try reader.read(), found)
            } catch {
                text = Finding.printable(error.description)
            }
            guard StandardOutput.print(clear + text) else { throw ExitCode.failure }
            usleep(useconds_t(Self.watchSeconds * 1e6))
        }
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

    /// Where the daemon is to be found.
    struct Place: Equatable {
        /// `HOST:PORT`.
        var address: String
        /// Whether that is on this host, as far as can be told.
        var isHere: Bool
    }

    /// As the flag says, else the configuration, else by default. A file that is named must be right; the default one may
    /// be closed to the user.
    func place(exists: (String) -> Bool) throws(ConfigurationProblems) -> Place {
        if let webListenAddress {
            let address = Self.reachable(webListenAddress)
            return Place(address: address, isHere: LoopbackURL.port(of: "http://\(address)") != nil)
        }
        let configuration: Configuration
        if let configFile {
            configuration = try Self.load(configFile)
        } else {
            let file = Configuration.fileDefault
            configuration = (exists(file) ? try? Self.load(file) : nil) ?? .default
        }
        return Place(address: Self.reachable(configuration.web.listenAddress.description), isHere: true)
    }

    private static func load(_ file: String) throws(ConfigurationProblems) -> Configuration {
        try Configuration.load(file: file, knownCollectors: KnownCollectors.ids).configuration
    }

    /// A daemon that listens on every address is reached on this host's own.
    private static func reachable(_ address: String) -> String {
        for everywhere in ["0.0.0.0:", "[::]:", ":"] where address.hasPrefix(everywhere) {
            return "127.0.0.1:" + address.dropFirst(everywhere.count)
        }
        return address
    }
}
