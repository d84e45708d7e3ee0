internal import Logging
internal import Platform

/// Where the daemon's log goes.
enum LogSink: Sendable {
    /// Entries with fields.
    case journal
    /// One line an entry on standard error.
    case text
    /// One JSON object a line on standard error.
    case json
}

/// Writes the daemon's log. Metadata become fields: of the journal, of the JSON object, or `key="value"` behind the
/// text.
struct DaemonLogHandler: LogHandler {
    var metadata: Logging.Logger.Metadata = [:]
    var logLevel: Logging.Logger.Level
    let sink: LogSink

    subscript(metadataKey key: String) -> Logging.Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.mapValues { "\($0)" }
        for (key, value) in event.metadata ?? [:] { fields[key] = "\(value)" }
        let entry = LogEntry(
            level: event.level, message: "\(event.message)", fields: fields.sorted { $0.key < $1.key },
            unixSeconds: HostClock.unixSeconds())
        switch sink {
        case .journal:
            if (try? JournalWriter.send(entry.journalFields)) == nil { StandardStreams.logLine(entry.text) }
        case .text: StandardStreams.logLine(entry.text)
        case .json: StandardStreams.logLine(entry.json)
        }
    }
}
