public import Telemetry

/// What the routes show and do: the daemon behind them. Called on the threads that serve HTTP, several at a time.
public protocol WebSource: Sendable {
    /// Every family at this moment, in the order of the page; no name twice.
    func metricFamilies() -> [MetricFamily]
    /// The body of `/api/v1/alerts` in Prometheus' shape.
    func alertsJSON() -> [UInt8]
    /// The body of `/api/v1/alerts/history`: what fires, and what has fired.
    func alertHistoryJSON() -> [UInt8]
    /// The body of `/api/v1/rules` in Prometheus' shape.
    func rulesJSON() -> [UInt8]
    /// The body of `/api/v1/baselines`.
    func baselinesJSON() -> [UInt8]
    /// Whether the daemon does its whole work: false while it starts and while it stops.
    var isReady: Bool { get }
    /// Reads the configuration again; returns when that is decided.
    func reload() -> ReloadOutcome
    var buildInformation: BuildInformation { get }
}

/// How a reload ended.
public enum ReloadOutcome: Sendable, Equatable {
    /// The new configuration is in force.
    case reloaded
    /// The old configuration stays in force, because of these errors: one line each, with file, line and key.
    case refused([String])
}

/// What was built, from what and with what.
public struct BuildInformation: Sendable, Equatable {
    /// For example `0.1.0`.
    public var version: String
    /// The commit; empty when it is not known.
    public var revision: String
    /// The compiler, for example `6.3.1`; empty when it is not known.
    public var swiftVersion: String

    public init(version: String, revision: String, swiftVersion: String) {
        self.version = version
        self.revision = revision
        self.swiftVersion = swiftVersion
    }
}
