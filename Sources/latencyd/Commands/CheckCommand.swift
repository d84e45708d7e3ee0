internal import ArgumentParser

/// `latencyd check …`: looks whether something is right, and changes nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a file before the daemon reads it.",
        subcommands: [CheckConfigCommand.self, CheckWebConfigCommand.self])
}

/// `latencyd check config FILE`
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration file.",
        discussion: """
            Every error is one line on standard error, with the place, the key and what would be right:
              latencyd.yml:2:3: web.listen: unknown key; did you mean 'listen_address'?

            Check before a reload:
              latencyd check config /etc/latencyd/latencyd.yml && systemctl reload latencyd

            Check every file of a folder:
              for file in conf/*.yml; do latencyd check config "$file"; done

            Exit code 0: valid, warnings allowed. 1: not valid, or not readable. 2: wrong usage.
            """)

    @Argument(help: ArgumentHelp("The configuration, YAML.", valueName: "file"))
    var file: String

    func run() throws {
        let report = ConfigurationReport(file: file, knownCollectors: KnownCollectors.ids)
        if !report.output.isEmpty { print(report.output) }
        StandardError.print(report.errors)
        if !report.isValid { throw ExitCode.failure }
    }
}
