internal import ArgumentParser

/// From which severity on the daemon's own log is written.
enum LogLevel: String, CaseIterable, Sendable, ExpressibleByArgument {
    case debug, info, warning, error
}

/// How the daemon's own log is written where it does not go to the journal.
enum LogFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    case text, json
}

/// The flags of `latencyd run`. What a flag says overrides the file.
struct RunOptions: ParsableArguments {
    @OptionGroup var host: HostOptions

    @Option(
        name: .customLong("web.listen-address"),
        help: ArgumentHelp(
            "Where the web server listens, instead of web.listen_address (default: 127.0.0.1:9959).",
            valueName: "host:port"))
    var webListenAddress: String?

    @Option(
        name: .customLong("web.config.file"),
        help: ArgumentHelp(
            "TLS, passwords and headers in Prometheus' format (docs/web.md), instead of web.config_file.",
            valueName: "file"))
    var webConfigFile: String?

    @Option(
        name: .customLong("storage.path"),
        help: ArgumentHelp(
            "The folder of the state, instead of storage.path (default: \(StorageConfiguration.pathDefault)).",
            valueName: "folder"))
    var storagePath: String?

    @Option(
        name: .customLong("log.level"),
        help: ArgumentHelp("Write log messages from this severity on.", valueName: "level"))
    var logLevel = LogLevel.info

    @Option(
        name: .customLong("log.format"),
        help: ArgumentHelp("How log messages are written to standard error.", valueName: "format"))
    var logFormat = LogFormat.text

    /// A wrong flag is a matter of usage, before any file is read.
    func validate() throws {
        do {
            _ = try overlay(.default)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// `configuration` with what the flags say, checked by the rules of the file.
    func overlay(_ configuration: Configuration) throws(ConfigurationProblems) -> Configuration {
        var result = configuration
        var problems: [ConfigurationProblem] = []
        func take<Value>(
            _ text: String?, _ flag: String, _ parse: (String) throws(ScalarProblem) -> Value
        ) -> Value? {
            guard let text else { return nil }
            do {
                return try parse(text)
            } catch {
                problems.append(ConfigurationProblem(place: .flag(flag), what: error.what, remedy: error.remedy))
                return nil
            }
        }
        if let address = take(webListenAddress, "--web.listen-address", ListenAddressScalar.parse) {
            result.web.listenAddress = address
        }
        if let path = take(webConfigFile, "--web.config.file", PathScalar.file) { result.web.accessFile = path }
        if let path = take(storagePath, "--storage.path", PathScalar.absolute) { result.storage.path = path }
        for (flag, path) in host.folders { _ = take(path, flag, PathScalar.nonEmpty) }
        guard problems.isEmpty else { throw ConfigurationProblems(problems: problems) }
        return result
    }

    /// The file's settings with the flags' over them, at the start and again at every reload.
    func loadConfiguration(
        knownCollectors: [String], exists: (String) -> Bool = ConfigurationFile.exists
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        guard let file = host.configurationFile(exists: exists) else {
            return LoadedConfiguration(configuration: try overlay(.default))
        }
        var loaded = try Configuration.load(file: file, knownCollectors: knownCollectors)
        loaded.configuration = try overlay(loaded.configuration)
        return loaded
    }
}
