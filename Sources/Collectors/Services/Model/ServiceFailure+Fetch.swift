internal import Platform

extension ServiceFailure {
    /// Of a fetch of `url`, which may be one of an API: its answers have a limit of their own.
    init(_ error: HTTPFetchError, of url: String, isOfAPI: Bool = false) {
        let reason: Reason =
            switch error {
            case .notResolved: .unresolved
            case .notConnected: .refused
            case .timedOut: .timeout
            case .tooLong: .tooLong
            case .malformed, .notUnpacked: .malformed
            case .notSecure: .tls
            case .badAuthorization: .credentials
            case .notTaken: .notMetrics
            case .badURL, .other: .other
            }
        let remedy: String? =
            switch error {
            case .notSecure(let fault, _): Self.remedy(fault)
            case .tooLong where !isOfAPI: "raise max_body, or have the server say less"
            case .malformed where Self.isPlain(url): Self.secureRemedy + ", and gRPC is not HTTP"
            default: nil
            }
        self.init(reason, error.description + (remedy.map { "; " + $0 } ?? ""))
    }

    /// Of a page at `url` with another status than 200.
    init(status: Int, of url: String, remedy: String?) {
        let tail = remedy.map { "; \($0)" } ?? ""
        switch status {
        case 300..<400:
            self.init(
                .redirect, "the server sends elsewhere (status \(status)), which is not followed: write the final URL")
        // Some servers with TLS answer in clear text to those who come without.
        case 400 where Self.isPlain(url):
            self.init(.status, "the server answers with status \(status); \(Self.secureRemedy)\(tail)")
        case 401, 403:
            self.init(.status, "the server refuses us (status \(status)): set bearer_token_file or basic_auth")
        case 404: self.init(.status, "there is no such page (status 404)\(tail)")
        default: self.init(.status, "the server answers with status \(status)\(tail)")
        }
    }

    private static let secureRemedy = "a port with TLS wants https://"

    private static func isPlain(_ url: String) -> Bool { url.lowercased().hasPrefix("http://") }

    private static func remedy(_ fault: HTTPSecurityFault) -> String {
        switch fault {
        case .notTrusted:
            "set tls.ca_file to a PEM file with the certificate of the authority that signed the server's, or with the "
                + "server's own where it signs itself"
        case .outOfDate: "renew the server's certificate, or set the clock right"
        case .notFitting: "write the host in url as the certificate names it"
        case .authoritiesFile: "set tls.ca_file to a PEM file with certificates that latencyd's user may read"
        case .ownCertificate:
            "set tls.cert_file and tls.key_file to a certificate and its key, in PEM, that latencyd's user may read"
        case .handshake:
            "a port without TLS wants http://, and a server that asks for a certificate tls.cert_file and tls.key_file"
        }
    }
}
