import AnomalyDetect
import Telemetry

/// The body of `/api/v1/baselines`: what is known of each learned series, and what is not learned for want of room.
public enum LearnedJSON {
    public static func page(_ snapshot: LearnedSnapshot) -> [UInt8] {
        JSONTree.object([
            ("status", .string("success")),
            (
                "data",
                .object([
                    ("learned", .array(snapshot.learned.map(series))),
                    ("learnedMax", .number(Double(snapshot.learnedMax))),
                    (
                        "unlearned",
                        .array(snapshot.unlearned.map { .object(identity($0.timing, $0.labels)) })
                    ),
                    ("unlearnedCount", .number(Double(snapshot.unlearnedCount))),
                ])
            ),
        ]).bytes
    }

    private static func identity(_ timing: String, _ labels: LabelSet) -> [(String, JSONTree)] {
        [("timing", .string(timing)), ("labels", .object(labels.labels.map { ($0.name, .string($0.value)) }))]
    }

    private static func series(_ reading: LearnedReading) -> JSONTree {
        let statistics = reading.judgements.map { judgement in
            let evidence = judgement.evidence
            let fields: [(String, JSONTree)] = [
                ("value", .number(evidence.value)), ("expected", .number(evidence.expected)),
                ("lower", .number(evidence.lower)), ("upper", .number(evidence.upper)),
                ("score", .number(evidence.score)), ("sigma", .number(evidence.sigma)),
                ("level", .string(judgement.level.name)),
            ]
            return (evidence.statistic.rawValue, JSONTree.object(fields))
        }
        var fields = identity(reading.timing, reading.labels)
        fields += [("unit", .string(reading.unit.suffix)), ("state", .string(reading.state))]
        if let missing = reading.missing { fields.append(("missing", .string(missing))) }
        return .object(fields + [("statistics", .object(statistics))])
    }
}
