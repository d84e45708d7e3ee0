internal import Platform

/// What the file of `web.config_file` says: Prometheus' web configuration (exporter-toolkit).
struct WebAccessConfiguration: Sendable, Equatable {
    static let usersMax = 1_000
    static let clientNamesMax = 100

    /// `tls_server_config`; nil for plain HTTP.
    var tls: WebTLSConfiguration?
    /// `http_server_config.headers`.
    var headers: [HTTPField] = []
    /// `basic_auth_users`; nobody is asked for a password where it is empty.
    var users: [String: BcryptHash] = [:]
}

/// `tls_server_config`
struct WebTLSConfiguration: Sendable, Equatable {
    /// `cert_file` or `cert`.
    var certificate: PEMSource
    /// `key_file` or `key`.
    var key: PEMSource
    /// `client_ca_file` or `client_ca`.
    var clientAuthorities: PEMSource?
    var clientAuthentication = TLSClientAuthentication.none
    /// `client_allowed_sans`
    var clientNames: [String] = []
    var offer = TLSOffer()
    /// Where versions and suites stand, for errors of all together.
    var place: ConfigurationProblem.Place
    var path: YAMLPath
}

/// A text in PEM: in a file of its own, or in the configuration.
struct PEMSource: Sendable, Equatable {
    enum Origin: Sendable, Equatable {
        /// An absolute path, or one from the working folder.
        case file(String)
        case inline([UInt8])
    }

    var origin: Origin
    /// Where it is named.
    var place: ConfigurationProblem.Place
    var path: YAMLPath

    /// The path of its file; nil where it has none.
    var file: String? {
        guard case .file(let file) = origin else { return nil }
        return file
    }

    func read() throws(ConfigurationProblem) -> [UInt8] {
        switch origin {
        case .inline(let bytes): return bytes
        case .file(let file):
            do {
                return try RegularFile.read(file, bytesMax: PEMFile.bytesMax)
            } catch {
                throw problem(error.description, "name a file in PEM that latencyd's user may read")
            }
        }
    }

    func problem(_ what: String, _ remedy: String) -> ConfigurationProblem {
        ConfigurationProblem(place: place, key: path, what: what, remedy: remedy)
    }

    /// As errors call it.
    var name: String { file ?? path.description }
}
