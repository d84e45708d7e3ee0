/// How bad it is. The raw values are those of the gauge `latencyd_alert_level`.
public enum AlertLevel: Int, Sendable, Hashable, Comparable, CaseIterable {
    case none = 0
    case info = 1
    case warning = 2
    case critical = 3

    /// The levels of an alert that fires, rising.
    public static let raised: [AlertLevel] = [.info, .warning, .critical]

    /// As in configuration and labels: `none`, `info`, `warning`, `critical`.
    public var name: String {
        switch self {
        case .none: "none"
        case .info: "info"
        case .warning: "warning"
        case .critical: "critical"
        }
    }

    /// The level called `name`; nil when there is none.
    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    public static func < (left: AlertLevel, right: AlertLevel) -> Bool { left.rawValue < right.rawValue }
}
