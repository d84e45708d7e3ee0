internal import ArgumentParser
internal import Glibc

/// The command line's root.
@main
struct Latencyd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latencyd",
        abstract: "Says when inference latency is not normal, and why.",
        discussion: """
            latencyd takes timings from the applications of this host over a Unix socket, in the language of DogStatsD \
            and StatsD, reads the hardware beside them, shows both to Prometheus and raises alerts.

            Check a configuration before a reload:
              latencyd check config /etc/latencyd/latencyd.yml

            Look for what makes latency fluctuate on this host:
              latencyd doctor

            See what the running daemon reads, and what is wrong now:
              latencyd status

            Try the detector on the past:
              latencyd backtest --csv p99.csv --output results --plot

            Say which release this is:
              latencyd --version
            """,
        version: Version.line,
        subcommands: [
            RunCommand.self, StatusCommand.self, DoctorCommand.self, CheckCommand.self, BacktestCommand.self,
            LearnCommand.self,
        ])

    /// Exit codes: 0, 1 failed, 2 usage.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// Says what is to be said about `error`, help and version among them, and ends the program.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(mapping: error)
        let text = (error as? ConfigurationProblems)?.description ?? fullMessage(for: error)
        if code == 0 {
            if !text.isEmpty { print(text) }
        } else {
            StandardError.print(text)
        }
        Glibc.exit(code)
    }

    /// The exit code for what a command threw. ArgumentParser alone would make 64 of a usage error.
    static func exitCode(mapping error: any Error) -> Int32 {
        let code = exitCode(for: error)
        return code == .validationFailure ? 2 : code.rawValue
    }
}
