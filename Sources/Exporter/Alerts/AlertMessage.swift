public import AnomalyDetect
import Telemetry

/// What the journal or the log is told about a change of level.
public struct AlertMessage: Sendable {
    /// The change in one sentence on one line, values in units for people, times in UTC.
    public let text: String
    private let change: AlertChange
    private let alsoUnusual: String?

    /// - Parameter alsoUnusual: which signals of other layers are off at the same time (``SignalEvidence/text(_:)``).
    public init(_ change: AlertChange, alsoUnusual: String? = nil) {
        self.change = change
        // What ends is not explained by what is off now.
        self.alsoUnusual = change.to > .none ? alsoUnusual : nil
        text = Self.sentence(change)
    }

    private static func sentence(_ change: AlertChange) -> String {
        let subject = subject(change)
        let at = UTCTime(unixSeconds: change.atUnixSeconds)
        let since = UTCTime(unixSeconds: change.overSinceUnixSeconds ?? change.sinceUnixSeconds).text(besides: at)
        let began = UTCTime(unixSeconds: change.sinceUnixSeconds).text(besides: at)
        let over = change.direction == .above ? "over" : "below"
        if case .absence = change.measure { return AbsenceText.sentence(change) }
        switch change.reason {
        case .exceeded where change.group != nil, .eased where change.group != nil:
            return "\(subject) at level \(change.to.name)"
        case .recovered where change.group != nil:
            return "the \(change.from.name) alert for many timings at once since \(began) ends; "
                + "\(change.group?.count ?? 0) of them are still abnormal"
        case .exceeded:
            return "\(subject) is \(comparison(change, over)), since \(since)"
        case .eased:
            return "\(subject) is \(comparison(change, "no longer \(over)")); the alert eases from "
                + "\(change.from.name) to \(change.to.name)"
        case .recovered where change.learned?.isLevelShift == true:
            return "\(subject) stays abnormal for so long that it counts as normal from now on: "
                + "\(comparison(change, "")); the \(change.from.name) alert since \(began) ends"
        case .recovered:
            return "\(subject) is \(comparison(change, "no longer \(over)")); the \(change.from.name) alert since "
                + "\(began) ends"
        case .noData:
            return "\(subject) is not known for want of data; the \(change.from.name) alert since \(began) ends "
                + "without recovery"
        case .takenOver:
            return
                "the \(change.from.name) alert for \(subject) since \(began) goes on as that of a rule with thresholds"
        case .grouped:
            return "the \(change.from.name) alert for \(subject) since \(began) goes on as one for many timings at once"
        case .ruleRemoved:
            return "the rule \(AlertSubject.escaped(change.rule)) for \(subject) was changed or removed; the "
                + "\(change.from.name) alert since \(began) ends"
        }
    }

    /// What it is about: statistic, timing and labels, or the timings that are off together.
    private static func subject(_ change: AlertChange) -> String {
        let measure = change.learned.map { AlertMeasure.statistic($0.statistic) } ?? change.measure
        return change.group.map(AlertSubject.text) ?? AlertSubject.text(measure, change.timing, change.labels)
    }

    private static func comparison(_ change: AlertChange, _ relation: String) -> String {
        if let learned = change.learned { return ReadableValue.text(learned, change.unit) }
        guard let value = change.value, let threshold = change.threshold else { return "\(relation) its threshold" }
        let texts = ReadableValue.pair(value, threshold: threshold.value, change.unit, change.measure)
        return "\(texts.value), \(relation) the \(threshold.level.name) threshold of \(texts.threshold)"
    }
}

// MARK: - Journal

extension AlertMessage {
    /// The kind of a journal entry. The identifiers are random, fixed for ever, and stand in the journal's catalogue.
    public enum Kind: String, Sendable, CaseIterable {
        /// A level was reached from below.
        case raised = "e8ba8214d0a946e6b6a28e126dcf3221"
        /// A lower level took over.
        case eased = "9e4c7b81781a4e52b3be41280c190965"
        /// The alert ended: the value recovered, or the rule is gone.
        case resolved = "233ffe09c2fd4294bc49ce63f21d699c"
        /// The alert ended for want of data.
        case noData = "6fd1e3d9bc49447aaea35c28f5971fed"
        /// No timings come.
        case absent = "fa23a6dc881b4b3ca77e91ab7a51c6e2"

        /// The 128-bit identifier as `MESSAGE_ID` wants it: 32 lower-case hexadecimal digits.
        public var messageID: String { rawValue }
    }

    public var kind: Kind {
        switch change.reason {
        case .exceeded: change.measure.isAbsence ? .absent : .raised
        case .eased: .eased
        case .recovered, .ruleRemoved, .takenOver, .grouped: .resolved
        case .noData: .noData
        }
    }

    /// The syslog priority: critical 2, warning 4, an alert that ended 5, info 6.
    public var priority: Int {
        switch change.to {
        case .critical: 2
        case .warning: 4
        case .info: 6
        case .none: 5
        }
    }

    /// The fields of the journal entry, `MESSAGE` first. Values may hold line breaks.
    public var journalFields: [(name: String, value: String)] {
        let labels = JSONTree.object(change.labels.labels.map { ($0.name, .string($0.value)) })
        var fields: [(name: String, value: String)] = [
            ("MESSAGE", text),
            ("MESSAGE_ID", kind.messageID),
            ("PRIORITY", String(priority)),
            ("LATENCYD_ALERT", change.rule),
            ("LATENCYD_LEVEL", change.to.name),
            (change.measure.isOfSignal ? "LATENCYD_SIGNAL" : "LATENCYD_TIMING", change.timing),
            ("LATENCYD_LABELS", String(decoding: labels.bytes, as: UTF8.self)),
            ("LATENCYD_SUBJECT", Self.subject(change)),
        ]
        if let statistic = change.measure.statistic ?? change.learned?.statistic {
            fields.append(("LATENCYD_STATISTIC", statistic.rawValue))
        }
        if let value = change.value { fields.append(("LATENCYD_VALUE", value.shortestText)) }
        if let threshold = change.threshold { fields.append(("LATENCYD_EXPECTED", threshold.value.shortestText)) }
        if let learned = change.learned {
            fields.append(("LATENCYD_EXPECTED", learned.expected.shortestText))
            fields.append(("LATENCYD_SCORE", learned.score.shortestText))
        }
        if let seen = change.lastSeenUnixSeconds {
            fields.append(("LATENCYD_LAST_SEEN", UTCTime(unixSeconds: seen).rfc3339))
        }
        if let alsoUnusual { fields.append(("LATENCYD_ALSO_UNUSUAL", alsoUnusual)) }
        fields.append(("LATENCYD_SINCE", UTCTime(unixSeconds: change.sinceUnixSeconds).rfc3339))
        return fields
    }
}
