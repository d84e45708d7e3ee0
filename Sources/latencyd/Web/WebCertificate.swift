internal import Exporter
internal import Platform

/// Whether the web server's certificate holds now.
enum WebCertificate {
    /// One that ends sooner is told of, seconds: two weeks, for one that is renewed by itself is renewed earlier.
    static let noticeSeconds: Int64 = 14 * 86_400

    /// What is wrong with it at `unixSeconds`; nil where nothing is. `isOver`: clients do not take it.
    static func problem(
        _ file: WebAccessFile, unixSeconds: Double
    ) -> (problem: ConfigurationProblem, isOver: Bool)? {
        guard let tls = file.configuration.tls, let certificate = file.tls?.certificate else { return nil }
        let now = Int64(unixSeconds)
        func say(_ what: String, _ remedy: String) -> ConfigurationProblem {
            tls.certificate.problem("the certificate in \(tls.certificate.name) \(what)", remedy)
        }
        if now > certificate.validUntilSeconds {
            return (say("has expired at \(text(certificate.validUntilSeconds))", "renew it"), true)
        }
        if now < certificate.validFromSeconds {
            return (say("holds from \(text(certificate.validFromSeconds)) on", "wait, or set this host's clock"), true)
        }
        guard certificate.validUntilSeconds - now < noticeSeconds else { return nil }
        return (say("expires at \(text(certificate.validUntilSeconds))", "renew it"), false)
    }

    static func text(_ seconds: Int64) -> String { UTCTime(unixSeconds: Double(seconds)).rfc3339 }
}
