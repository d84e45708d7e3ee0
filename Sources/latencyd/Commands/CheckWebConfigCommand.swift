internal import ArgumentParser
internal import Platform

/// `latencyd check web-config FILE`
struct CheckWebConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web-config",
        abstract: "Check a file for --web.config.file: TLS, passwords and headers.",
        discussion: """
            Reads the certificate, the key and the authorities that the file names as well. Every error is one line on \
            standard error, with the place, the key and what would be right.

            Check before the daemon takes it, which it does as soon as the file has changed:
              latencyd check web-config new.yml && mv new.yml /etc/latencyd/web.yml

            Exit code 0: valid, warnings allowed. 1: not valid, not readable, or the certificate has expired. 2: wrong usage.
            """)

    @Argument(help: ArgumentHelp("Prometheus' web configuration, YAML.", valueName: "file"))
    var file: String

    func run() throws {
        let report = WebConfigurationReport(file: file, unixSeconds: HostClock.unixSeconds())
        guard report.problems.isEmpty else {
            StandardError.print(ConfigurationProblems(problems: report.problems).description)
            throw ExitCode.failure
        }
        let lines = ["\(file): valid"] + report.summary.map { "  " + $0 } + report.warnings.map { "warning: \($0)" }
        print(lines.joined(separator: "\n"))
        if report.isExpired { throw ExitCode.failure }
    }
}
