internal import Glibc
internal import Platform

/// What `latencyd check web-config` says about one file, and `latencyd check config` about the one that it names.
struct WebConfigurationReport {
    /// What the file does, a line each; empty for one that is not valid.
    var summary: [String] = []
    /// Errors; whoever may not read a file knows nothing of it, and `isCertain` is false.
    var problems: [ConfigurationProblem] = []
    var isCertain = true
    var warnings: [ConfigurationProblem] = []
    /// Whether clients refuse the certificate, for its time.
    var isExpired = false

    init(file: String, unixSeconds: Double) {
        do {
            let loaded = try WebAccessFile.load(file)
            summary = Self.summary(loaded)
            warnings = loaded.warnings
            if let (problem, isOver) = WebCertificate.problem(loaded, unixSeconds: unixSeconds) {
                warnings.append(problem)
                isExpired = isOver
            }
        } catch {
            problems = error.problems.problems
            isCertain = !error.files.contains { access($0, R_OK) != 0 && errno == EACCES }
        }
    }

    private static func summary(_ file: WebAccessFile) -> [String] {
        let tls =
            file.tls.map { server in
                let until = WebCertificate.text(server.certificate.validUntilSeconds)
                let type = file.configuration.tls?.clientAuthentication ?? .none
                return "tls: certificate \(server.certificate.serial), until \(until); clients: \(type.rawValue)"
            } ?? "tls: none"
        return [tls, "users: " + (file.configuration.users.isEmpty ? "none" : "\(file.configuration.users.count)")]
    }
}
