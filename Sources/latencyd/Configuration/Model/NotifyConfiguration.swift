internal import Collectors
internal import Platform

/// `notify`: who is told about alerts.
struct NotifyConfiguration: Sendable, Equatable {
    static let alertmanagersMax = 16

    /// Whether every change of an alert is written to the journal, or to standard error where there is no journal.
    /// Default true. To be turned off where `/api/v1/alerts` or Prometheus alone raise the alarm.
    var journal = true
    /// Each is told everything. Default none. No two have the same URL.
    var alertmanagers: [AlertmanagerConfiguration] = []
}

/// `notify.alertmanagers[]`: an Alertmanager that is told what fires.
struct AlertmanagerConfiguration: Sendable, Equatable {
    static let timeoutRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)

    /// Where it is, without `/api/v2/alerts`. Required.
    var url: String
    /// How the daemon makes itself known: `bearer_token_file`, or `basic_auth` with `username` and `password_file`.
    var credentials: ServiceCredentials?
    /// `tls`: `ca_file`, `cert_file` and `key_file`, `insecure_skip_verify`.
    var security = HTTPSecurity()
    /// For one message. Default 10s; 100ms to 60s.
    var timeout: Duration = .seconds(10)

    /// Where alerts are taken.
    var alertsURL: String { (url.hasSuffix("/") ? String(url.dropLast()) : url) + AlertmanagerLink.path }
}
