internal import Exporter
internal import Logging

/// One entry of the log.
struct LogEntry {
    let level: Logging.Logger.Level
    let message: String
    /// Sorted by name.
    let fields: [(key: String, value: String)]
    let unixSeconds: Double

    /// As of syslog(3).
    var priority: Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// `2026-01-31T10:41:20Z warning the message key="value"`
    var text: String {
        var line = "\(UTCTime(unixSeconds: unixSeconds.rounded()).rfc3339) \(level.rawValue) \(Self.oneLine(message))"
        for (key, value) in fields { line += " \(key)=" + Self.text(.string(value)) }
        return line
    }

    var json: String {
        var members = [
            ("time", UTCTime(unixSeconds: unixSeconds).rfc3339), ("level", level.rawValue), ("message", message),
        ]
        members += fields.map { ($0.key, $0.value) }
        return Self.text(.object(members.map { ($0.0, .string($0.1)) }))
    }

    var journalFields: [(String, String)] {
        [("MESSAGE", message), ("PRIORITY", "\(priority)"), ("SYSLOG_IDENTIFIER", "latencyd")]
            + fields.map { (Self.journalName($0.key), $0.value) }
    }

    /// A line break would make two entries of one.
    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func text(_ tree: JSONTree) -> String { String(decoding: tree.bytes, as: UTF8.self) }

    private static func journalName(_ key: String) -> String {
        String(
            key.uppercased().map { character in
                character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
            })
    }
}
