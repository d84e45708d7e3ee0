internal import Platform

extension Configuration {
    /// Reads and checks the file `file`. `knownCollectors` are the ids that `hardware.collectors` may name.
    static func load(
        file: String, knownCollectors: [String]
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        let bytes: [UInt8]
        do {
            bytes = try ConfigurationFile.read(file, limitBytes: YAMLLimits().bytes)
        } catch {
            throw ConfigurationProblems(problems: [error])
        }
        return try decode(bytes, fileName: file, knownCollectors: knownCollectors)
    }

    /// Checks `text`; `fileName` is what errors call it.
    static func decode(
        text: String, fileName: String, knownCollectors: [String]
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        try decode(Array(text.utf8), fileName: fileName, knownCollectors: knownCollectors)
    }

    private static func decode(
        _ bytes: [UInt8], fileName: String, knownCollectors: [String]
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        var decoder = ConfigurationDecoder(file: fileName, knownCollectors: knownCollectors)
        let document = YAMLDocument.parse(bytes)
        for problem in document.problems { decoder.report(problem) }
        // An empty file is a right one: everything has a default.
        let configuration = document.root.map { decoder.configuration($0) } ?? .default
        if let failure = decoder.failure { throw failure }
        return LoadedConfiguration(
            configuration: configuration, warnings: decoder.warnings,
            serviceURLs: configuration.services.map(\.url), files: decoder.files)
    }
}
