internal import ArgumentParser
internal import Collectors
internal import Platform

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

    @Option(
        name: .customLong("url"),
        help: ArgumentHelp("Where the daemon is, instead of --web.listen-address.", valueName: "url"))
    var url: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp(
            "Authorities that the daemon's certificate may be from, PEM (default: the certificate that the configuration names, else those of the system).",
            valueName: "file"))
    var authoritiesFile: String?

    @Option(
        name: .customLong("cert-file"),
        help: ArgumentHelp("Your certificate, PEM, where the daemon wants one.", valueName: "file"))
    var certificateFile: String?

    @Option(name: .customLong("key-file"), help: ArgumentHelp("Its key, PEM.", valueName: "file"))
    var keyFile: String?

    @Option(
        name: .customLong("user"),
        help: ArgumentHelp("Your name, where the daemon asks for a password.", valueName: "name"))
    var user: String?

    @Option(
        name: .customLong("password-file"),
        help: ArgumentHelp("A file with your password and nothing else.", valueName: "file"))
    var passwordFile: String?

    func validate() throws {
        if isJSON && isWatching { throw ValidationError("--json and --watch: choose one of both") }
        if url != nil, webListenAddress != nil {
            throw ValidationError("--url and --web.listen-address: choose one of both")
        }
        if (user == nil) != (passwordFile == nil) {
            throw ValidationError("--user and --password-file: name both or none")
        }
        if (certificateFile == nil) != (keyFile == nil) {
            throw ValidationError("--cert-file and --key-file: name both or none")
        }
        if let url, Self.parts(of: url) == nil {
            throw ValidationError("--url: '\(url)' is not where a daemon is; write for example https://gpu-7:9959")
        }
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
        /// `http` or `https`.
        var scheme = "http"
        /// Whether that is on this host, as far as can be told.
        var isHere: Bool
        var security = HTTPSecurity()
    }

    /// As the flags say, else the configuration, else by default. A file that is named must be right; the default one may
    /// be closed to the user.
    func place(exists: (String) -> Bool) throws(ConfigurationProblems) -> Place {
        var place: Place
        if let (scheme, address) = url.flatMap(Self.parts) {
            place = Place(address: address, scheme: scheme, isHere: Self.isHere(address))
        } else if let webListenAddress {
            let address = Self.reachable(webListenAddress)
            place = Place(address: address, isHere: Self.isHere(address))
        } else {
            place = try configuredPlace(exists)
        }
        if let authoritiesFile {
            place.security.authoritiesFile = authoritiesFile
            place.security.trustsAnyHost = false
        }
        place.security.certificateFile = certificateFile
        place.security.keyFile = keyFile
        return place
    }

    /// Nil where no user is named.
    func authorization() throws -> HTTPAuthorization? {
        guard let user, let passwordFile else { return nil }
        do {
            return .basic(user: user, password: try SecretFile.read(passwordFile))
        } catch {
            throw ValidationError("--password-file: \(error.description)")
        }
    }

    private func configuredPlace(_ exists: (String) -> Bool) throws(ConfigurationProblems) -> Place {
        let configuration: Configuration
        if let configFile {
            configuration = try Self.load(configFile)
        } else {
            let file = Configuration.fileDefault
            configuration = (exists(file) ? try? Self.load(file) : nil) ?? .default
        }
        var place = Place(address: Self.reachable(configuration.web.listenAddress.description), isHere: true)
        // Who may not read the file gets on without it: the certificate is then checked as any other host's.
        guard let file = configuration.web.accessFile, let tls = try? WebAccessFile.decode(file).0.tls else {
            return place
        }
        place.scheme = "https"
        // Who has the key to the configured certificate is the daemon, by whatever name this host is reached.
        if let certificate = tls.certificate.file {
            place.security.authoritiesFile = certificate
            place.security.trustsAnyHost = true
        }
        return place
    }

    private static func load(_ file: String) throws(ConfigurationProblems) -> Configuration {
        try Configuration.load(file: file, knownCollectors: KnownCollectors.ids).configuration
    }

    private static func isHere(_ address: String) -> Bool { LoopbackURL.port(of: "http://\(address)") != nil }

    /// Scheme and `HOST:PORT` of a URL without a path.
    private static func parts(of url: String) -> (scheme: String, address: String)? {
        for scheme in ["http", "https"] where url.lowercased().hasPrefix("\(scheme)://") {
            var rest = url.dropFirst(scheme.count + 3)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
            guard !rest.isEmpty, !rest.contains("/"), !rest.contains("@"), !rest.contains("?") else { return nil }
            let hasPort = (try? ListenAddress(String(rest))) != nil
            let address = hasPort ? String(rest) : "\(rest):\(scheme == "https" ? 443 : 80)"
            return (try? ListenAddress(address)).map { _ in (scheme, address) }
        }
        return nil
    }

    /// A daemon that listens on every address is reached on this host's own.
    private static func reachable(_ address: String) -> String {
        for everywhere in ["0.0.0.0:", "[::]:", ":"] where address.hasPrefix(everywhere) {
            return "127.0.0.1:" + address.dropFirst(everywhere.count)
        }
        return address
    }
}
