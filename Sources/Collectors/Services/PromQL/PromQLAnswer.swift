internal import Platform

/// One series of an answer as the engine wrote it.
struct PromQLElement: Sendable, Equatable {
    var metric: [String: String]
    /// NaN and the infinities are values; nil for what is no number, as a native histogram.
    var value: Double?
}

/// An engine's answer to an instant query, in the JSON of Prometheus' HTTP API. Members that are not used here, as
/// `warnings` and `infos` about a part of the data that is missing, are passed over.
enum PromQLAnswer {
    /// The series in an answer: those of a vector, or a scalar as one without labels.
    static func elements(status: Int, body: [UInt8]) throws(ServiceFailure) -> [PromQLElement] {
        let text: Text
        do {
            switch status {
            case 300..<400, 401, 403, 404: throw ServiceFailure(status: status, remedy: remedy)
            default: break
            }
            text = try JSONText.decode(Text.self, from: body)
        } catch let failure as ServiceFailure {
            throw failure
        } catch {
            if status != 200 { throw ServiceFailure(status: status, remedy: remedy) }
            throw ServiceFailure(.notMetrics, "the answer is none of Prometheus' API: \(error); \(remedy)")
        }
        guard text.status == "success" else {
            let parts = [text.errorType, text.error].compactMap(\.self).map(readable)
            throw ServiceFailure(.query, parts.isEmpty ? "refused without a reason" : parts.joined(separator: ": "))
        }
        guard status == 200 else { throw ServiceFailure(status: status, remedy: remedy) }
        switch text.data {
        case .elements(let elements): return elements
        case .other(let type):
            throw ServiceFailure(
                .query, "it gives a \(readable(type)); write a query for one value of each series, without a range")
        case nil: throw ServiceFailure(.notMetrics, "the answer has no 'data'; \(remedy)")
        }
    }

    private static let remedy = "check the URL, below which /api/v1/query is asked"

    /// On one line and not too long.
    private static func readable(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(PromQLLimits.errorLengthMax).map { scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private struct Text: Decodable {
        let status: String
        let data: Payload?
        let errorType: String?
        let error: String?
    }

    private enum Payload: Decodable {
        case elements([PromQLElement])
        case other(String)

        private enum Key: CodingKey { case resultType, result }

        init(from decoder: any Decoder) throws {
            let data = try decoder.container(keyedBy: Key.self)
            switch try data.decode(String.self, forKey: .resultType) {
            case "vector":
                let elements = try data.decode([Element].self, forKey: .result)
                self = .elements(elements.map { PromQLElement(metric: $0.metric, value: $0.value?.number) })
            case "scalar":
                let value = try data.decode(Value.self, forKey: .result)
                self = .elements([PromQLElement(metric: [:], value: value.number)])
            case let type: self = .other(type)
            }
        }
    }

    private struct Element: Decodable {
        let metric: [String: String]
        let value: Value?
    }

    /// The time, and the value as a text, since JSON has no NaN.
    private struct Value: Decodable {
        let number: Double?

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            _ = try parts.decode(Double.self)
            number = Double(try parts.decode(String.self))
        }
    }
}
