internal import Platform

/// A file that a configuration names and that is read when it is needed, time and again: the daemon runs without it.
struct NamedFile: Hashable, Sendable {
    /// What it is to hold.
    enum Content: Hashable, Sendable {
        case certificates, key, password
        /// What `Authorization: Bearer` has.
        case token
    }

    var path: String
    var content: Content
    /// Where the configuration names it.
    var place: ConfigurationProblem.Place
    var key: YAMLPath

    /// What is wrong with it now; whoever may not read it knows nothing of it, and `isCertain` is false.
    func problem() -> (problem: ConfigurationProblem, isCertain: Bool)? {
        do throws(RegularFile.Problem) {
            switch content {
            case .certificates: try PEMFile.check(path, holds: .certificates)
            case .key: try PEMFile.check(path, holds: .key)
            case .password: _ = try SecretFile.read(path)
            case .token:
                guard !HTTPAuthorization.bearer(try SecretFile.read(path)).canBeSent else { return nil }
                return (problem("\(path) holds more than a token: there is a space or a control character in it"), true)
            }
            return nil
        } catch {
            return (problem(error.description), !error.isDenied)
        }
    }

    private func problem(_ what: String) -> ConfigurationProblem {
        ConfigurationProblem(place: place, key: key, what: what, remedy: remedy)
    }

    private var remedy: String {
        switch content {
        case .certificates: "name a file with certificates in PEM that latencyd's user may read"
        case .key: "name a file with the certificate's key in PEM that latencyd's user may read"
        case .password: "name a file with the password and nothing else that latencyd's user may read"
        case .token: "name a file with the token and nothing else that latencyd's user may read"
        }
    }
}
