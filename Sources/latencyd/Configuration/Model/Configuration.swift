internal import Platform

/// What the daemon is told to do, complete: what a file leaves out has its default.
///
/// A value is never changed once the daemon runs with it; a reload makes a new one.
struct Configuration: Sendable, Equatable {
    var web = WebConfiguration()
    var storage = StorageConfiguration()
    var push = PushConfiguration()
    var hardware = HardwareConfiguration()
    var services: [ServiceConfiguration] = []
    /// `{profile: auto}` among the services; nil where only what is named is read.
    var finding: FindingConfiguration?
    var detection = DetectionConfiguration()
    var alerts = AlertsConfiguration()
    var notify = NotifyConfiguration()

    /// What holds without a file.
    static let `default` = Configuration()

    /// Where the file is looked for when none is named.
    static let fileDefault = "/etc/latencyd/latencyd.yml"
}

/// `web`: the HTTP server.
struct WebConfiguration: Sendable, Equatable {
    /// Where `/metrics` and the other pages are served. Default 127.0.0.1:9959, this host only. To be changed where
    /// Prometheus runs on another host; without `config_file` the pages have no password. Needs a restart.
    var listenAddress = ListenAddress(host: "127.0.0.1", port: 9959)
    /// A file with TLS, passwords and headers in Prometheus' format; nil for plain HTTP without a password. Its content
    /// is taken as it changes; naming another file needs a restart.
    var accessFile: String?
}

/// `storage`: what is kept across restarts.
struct StorageConfiguration: Sendable, Equatable {
    static let pathDefault = "/var/lib/latencyd"

    /// The folder of the daemon's state, an absolute path; nil when it is not set: then `pathDefault`, or a folder of
    /// the user's where that cannot be used (`RuntimePaths`). To be changed where the state belongs on another disk.
    /// Needs a restart.
    var path: String?

    static let retentionRange: ClosedRange<Duration> = .seconds(86_400) ... .seconds(1_100 * 86_400)
    static let maxSizeRange = 16 << 20...1 << 40

    /// How long summaries of minutes, ended alerts and series without a value are kept. Default 35d: five weeks, so that a
    /// weekly season has been seen several times; 1d to 1100d. To be raised for a longer history. Needs a restart.
    var retention: Duration = .seconds(35 * 86_400)
    /// Bytes of the state database with its log, at the most; the oldest minutes go first. Default 2GiB; 16MiB to 1TiB.
    /// To be lowered on a small disk. Needs a restart.
    var maxSizeBytes = 2 << 30

    /// The same for the state database.
    var state: StateSettings {
        StateSettings(maxSizeBytes: maxSizeBytes, retentionMinutes: Int64(retention.inSeconds / 60))
    }
}
