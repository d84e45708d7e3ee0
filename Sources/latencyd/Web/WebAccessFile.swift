internal import Platform

/// The file of `web.config_file` and the files it names, read and fit for use.
struct WebAccessFile: Sendable {
    var configuration = WebAccessConfiguration()
    /// Nil for plain HTTP.
    var tls: TLSServer?
    var warnings: [ConfigurationProblem] = []
    /// All that was read, to be watched for changes: the file itself comes first.
    var files: [String]

    /// Why the file is not taken, and what would have been read.
    struct Failure: Error {
        var problems: ConfigurationProblems
        var files: [String]
    }

    static func load(_ path: String) throws(Failure) -> WebAccessFile {
        var loaded = WebAccessFile(files: [path])
        do throws(ConfigurationProblems) {
            (loaded.configuration, loaded.warnings) = try decode(path)
        } catch {
            throw Failure(problems: error, files: loaded.files)
        }
        guard let tls = loaded.configuration.tls else { return loaded }
        loaded.files += [tls.certificate.file, tls.key.file, tls.clientAuthorities?.file].compactMap(\.self)
        do throws(ConfigurationProblem) {
            loaded.tls = try server(tls)
        } catch {
            throw Failure(problems: ConfigurationProblems(problems: [error]), files: loaded.files)
        }
        return loaded
    }

    /// Checks `bytes`; `path` is what errors call them, and where relative paths begin.
    static func decode(
        _ bytes: [UInt8], path: String
    ) throws(ConfigurationProblems) -> (WebAccessConfiguration, [ConfigurationProblem]) {
        var decoder = ConfigurationDecoder(file: path, knownCollectors: [])
        let document = YAMLDocument.parse(bytes)
        for problem in document.problems { decoder.report(problem) }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        // Prometheus takes an empty file as well.
        let access = document.root.map { decoder.webAccess($0, folder: folder) } ?? WebAccessConfiguration()
        if let failure = decoder.failure { throw failure }
        return (access, decoder.warnings)
    }

    /// The file at `path`, without those that it names.
    static func decode(
        _ path: String
    ) throws(ConfigurationProblems) -> (WebAccessConfiguration, [ConfigurationProblem]) {
        let bytes: [UInt8]
        do {
            bytes = try ConfigurationFile.read(path, limitBytes: YAMLLimits().bytes)
        } catch {
            throw ConfigurationProblems(problems: [error])
        }
        return try decode(bytes, path: path)
    }

    private static func server(_ tls: WebTLSConfiguration) throws(ConfigurationProblem) -> TLSServer {
        let settings = TLSServer.Settings(
            certificate: try tls.certificate.read(), key: try tls.key.read(),
            clientAuthorities: try tls.clientAuthorities?.read(), clientAuthentication: tls.clientAuthentication,
            clientNames: tls.clientNames, offer: tls.offer)
        do {
            return try TLSServer(settings)
        } catch {
            throw problem(error, tls)
        }
    }

    private static func problem(_ problem: TLSServer.Problem, _ tls: WebTLSConfiguration) -> ConfigurationProblem {
        switch problem {
        case .certificate(let words):
            tls.certificate.problem(
                "\(tls.certificate.name) cannot be used: \(words)",
                "name the certificate in PEM, with those that lead to its authority behind it")
        case .key(let words):
            tls.key.problem(
                "\(tls.key.name) cannot be used: \(words)", "name the certificate's key in PEM, without a password")
        case .mismatch:
            tls.key.problem(
                "\(tls.key.name) is not the key of the certificate in \(tls.certificate.name)",
                "name the key that the certificate was made with")
        case .clientAuthorities(let words):
            (tls.clientAuthorities ?? tls.certificate).problem(
                "\(tls.clientAuthorities?.name ?? "it") cannot be used: \(words)",
                "name the certificates of the clients' authorities in PEM")
        case .offer(let words):
            ConfigurationProblem(
                place: tls.place, key: tls.path, what: "GnuTLS cannot offer that: \(words)",
                remedy: "leave out cipher_suites, curve_preferences, min_version and max_version one after the other")
        case .other(let words):
            ConfigurationProblem(place: tls.place, key: tls.path, what: words, remedy: "try again")
        }
    }
}
