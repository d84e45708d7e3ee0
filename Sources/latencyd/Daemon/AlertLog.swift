internal import AnomalyDetect
internal import Exporter
internal import Logging

/// Writes one entry per change of an alert's level.
struct AlertLog: Sendable {
    let log: Logging.Logger
    /// `notify.journal`.
    var isEnabled: Bool

    /// - Parameter alsoUnusual: which signals of other layers are off.
    func write(_ changes: [AlertChange], alsoUnusual: String?) {
        guard isEnabled else { return }
        for change in changes {
            let message = AlertMessage(change, alsoUnusual: alsoUnusual)
            var metadata: Logging.Logger.Metadata = [:]
            // The handler writes message and priority itself.
            for field in message.journalFields where field.name != "MESSAGE" && field.name != "PRIORITY" {
                metadata[field.name] = "\(field.value)"
            }
            log.log(level: Self.level(message.priority), "\(message.text)", metadata: metadata)
        }
    }

    private static func level(_ priority: Int) -> Logging.Logger.Level {
        switch priority {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        default: .info
        }
    }
}
