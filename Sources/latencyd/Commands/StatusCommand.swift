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

            A daemon that speaks TLS and asks for a password:
              latencyd status --url https://gpu-7:9959 --ca-file ca.crt --user me --password-file ~/.latencyd-password

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
        let reader = StatusReader(
            address: place.address, scheme: place.scheme, security: place.security,
            authorization: try options.authorization())
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
