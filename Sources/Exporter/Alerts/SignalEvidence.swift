internal import AnomalyDetect
internal import Telemetry

/// A signal of another layer, the hardware or a model server, that is off while an alert fires.
public struct SignalEvidence: Sendable, Equatable {
    /// Signals that are named.
    public static let signalsMax = 10
    /// The longest text, in characters.
    public static let charactersMax = 2_000
    /// The annotation that holds the text.
    public static let annotation = "also_unusual"

    private let score: SignalSnapshot.Score

    /// Those that are further from what is usual than they should be, the worst first.
    public static func all(_ signals: SignalSnapshot) -> [SignalEvidence] {
        signals.scores.filter { $0.score > 1 }.map { (score: $0, subject: subject($0)) }
            .sorted { ($0.score.score, $1.subject) > ($1.score.score, $0.subject) }
            .map { SignalEvidence(score: $0.score) }
    }

    /// The worst of them, in one line; nil when all are as always.
    public static func text(_ signals: SignalSnapshot) -> String? {
        let found = all(signals)
        guard !found.isEmpty else { return nil }
        var text = ""
        var named = 0
        for one in found.prefix(signalsMax) {
            let next = (named == 0 ? "" : ", ") + one.text
            // The first is there in any case, cut where its labels are without end.
            guard named == 0 || text.count + next.count <= charactersMax else { break }
            text += next.prefix(charactersMax)
            named += 1
        }
        return found.count > named ? "\(text), and \(found.count - named) more" : text
    }

    /// `latencyd_thermal_celsius{zone="x"} 97 °C, expected 60 °C (score 3.1)`.
    public var text: String {
        let text = "\(Self.subject(score)) "
        let points = "score \(ReadableValue.text(score.score, .none, .value, digitsMax: 2))"
        guard score.value.isFinite, score.expected.isFinite else { return "\(text)(\(points))" }
        return "\(text)\(readable(score.value)), expected \(readable(score.expected)) (\(points))"
    }

    private func readable(_ value: Double) -> String {
        ReadableValue.text(value, score.unit, .value, digitsMax: 3) + (score.isRate ? " a second" : "")
    }

    private static func subject(_ score: SignalSnapshot.Score) -> String {
        AlertSubject.text(.value, score.signal, score.labels)
    }
}
