internal import Platform

/// One series of an answer as the engine wrote it.
struct PromQLElement: Sendable, Equatable {
    var metric: [String: String]
    /// NaN and the infinities are values; nil for what is no number, as a native histogram.
    var value: Double?
}

/// One series of an answer over a range of time.
struct PromQLRangeElement: Sendable, Equatable {
    var metric: [String: String]
    /// Seconds since 1970, as many as `values`.
    var times: [Double] = []
    /// NaN and the infinities are values.
    var values: [Double] = []
}

/// An engine's answer to a query, in the JSON of Prometheus' HTTP API. Members that are not used here, as
/// `warnings` and `infos` about a part of the data that is missing, are passed over.
enum PromQLAnswer {
    private static let remedy = "check the URL, below which /api/v1/query is asked"

    /// Hands over the series in an answer, one after the other: those of a vector, or a scalar as one without labels.
    /// They count only when nothing is thrown.
    static func read(
        status: Int, body: [UInt8], of url: String, _ take: (PromQLElement) -> Void
    ) throws(ServiceFailure) {
        let type = try type(status: status, body: body, of: url) { type, result throws(JSONScanner.Problem) in
            switch type {
            case vector:
                try result.array { scanner throws(JSONScanner.Problem) in take(try element(&scanner)) }
            case scalar: take(PromQLElement(metric: [:], value: try value(&result)?.value))
            default: break
            }
        }
        guard type == vector || type == scalar else {
            throw ServiceFailure(
                .query, "it gives a \(readable(type)); write a query for one value of each series, without a range")
        }
    }

    /// Hands over the series in an answer to a query over a range of time, one after the other. They count only when
    /// nothing is thrown.
    static func readRange(
        status: Int, body: [UInt8], of url: String, _ take: (PromQLRangeElement) -> Void
    ) throws(ServiceFailure) {
        let type = try type(status: status, body: body, of: url) { type, result throws(JSONScanner.Problem) in
            guard type == matrix else { return }
            try result.array { scanner throws(JSONScanner.Problem) in take(try rangeElement(&scanner)) }
        }
        guard type == matrix else {
            throw ServiceFailure(.notMetrics, "the answer to a query over a range is a \(readable(type)); \(remedy)")
        }
    }

    /// The type of the result, which `walk` has walked through.
    private static func type(
        status: Int, body: [UInt8], of url: String,
        _ walk: (String, inout JSONScanner) throws(JSONScanner.Problem) -> Void
    ) throws(ServiceFailure) -> String {
        switch status {
        // Of whatever stands before the engine.
        case 300..<400, 401, 403, 404: throw ServiceFailure(status: status, of: url, remedy: remedy)
        default: break
        }
        let answer: Members
        do throws(JSONScanner.Problem) {
            answer = try members(body, walk)
        } catch {
            if status != 200 { throw ServiceFailure(status: status, of: url, remedy: remedy) }
            throw ServiceFailure(.notMetrics, "the answer is none of Prometheus' API: \(error); \(remedy)")
        }
        if answer.status == "error" {
            let parts = [answer.errorType, answer.error].compactMap(\.self).map(readable)
            throw ServiceFailure(.query, parts.isEmpty ? "refused without a reason" : parts.joined(separator: ": "))
        }
        guard status == 200 else { throw ServiceFailure(status: status, of: url, remedy: remedy) }
        guard answer.status == "success", let type = answer.type else {
            throw ServiceFailure(.notMetrics, "the answer is none of Prometheus' API: it has no result; \(remedy)")
        }
        return type
    }

    /// On one line and not too long.
    private static func readable(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(PromQLLimits.errorLengthMax).map { scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

// MARK: - JSON

extension PromQLAnswer {
    private static let vector = "vector"
    private static let scalar = "scalar"
    private static let matrix = "matrix"

    private typealias Walk = (String, inout JSONScanner) throws(JSONScanner.Problem) -> Void

    private struct Members {
        var status: String?
        var errorType: String?
        var error: String?
        /// `resultType`, where there is a result.
        var type: String?
    }

    private static func members(
        _ body: [UInt8], _ walk: Walk
    ) throws(JSONScanner.Problem) -> Members {
        var members = Members()
        var scanner = JSONScanner(body)
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "status": members.status = try scanner.string()
            case "errorType": members.errorType = try scanner.string()
            case "error": members.error = try scanner.string()
            case "data" where members.type == nil && scanner.kind() == .object:
                members.type = try data(&scanner, body, walk)
            default: try scanner.skip()
            }
        }
        try scanner.end()
        return members
    }

    /// The type of the result; nil when there is none.
    private static func data(
        _ scanner: inout JSONScanner, _ body: [UInt8], _ walk: Walk
    ) throws(JSONScanner.Problem) -> String? {
        var type: String?
        var place: Int?
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "resultType": type = try scanner.string()
            case "result":
                _ = scanner.kind()
                place = scanner.offset
                try scanner.skip()
            default: try scanner.skip()
            }
        }
        guard let type, let place else { return nil }
        // Members have no order: what the result is may stand behind it.
        var result = JSONScanner(body, at: place)
        try walk(type, &result)
        return type
    }

    private static func element(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> PromQLElement {
        var element = PromQLElement(metric: [:], value: nil)
        var hasMetric = false
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "metric":
                hasMetric = true
                try scanner.object { scanner, name throws(JSONScanner.Problem) in
                    element.metric[name] = try scanner.string()
                }
            case "value": element.value = try value(&scanner)?.value
            default: try scanner.skip()
            }
        }
        guard hasMetric else { throw scanner.problem("a series without 'metric'") }
        return element
    }

    private static func rangeElement(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> PromQLRangeElement {
        var element = PromQLRangeElement(metric: [:])
        var hasMetric = false
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "metric":
                hasMetric = true
                try scanner.object { scanner, name throws(JSONScanner.Problem) in
                    element.metric[name] = try scanner.string()
                }
            case "values":
                try scanner.array { scanner throws(JSONScanner.Problem) in
                    guard let (time, value) = try value(&scanner) else { return }
                    element.times.append(time)
                    element.values.append(value)
                }
            default: try scanner.skip()
            }
        }
        guard hasMetric else { throw scanner.problem("a series without 'metric'") }
        return element
    }

    /// The time, and the value as a text, since JSON has no NaN; nil for a text that is no number.
    private static func value(
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Problem) -> (time: Double, value: Double)? {
        var parts = 0
        var time = 0.0
        var number: Double?
        try scanner.array { scanner throws(JSONScanner.Problem) in
            parts += 1
            switch parts {
            case 1 where scanner.kind() == .number: time = try scanner.number()
            case 2: number = ExpositionNumber.value(try scanner.string())
            default: throw scanner.problem("no value with its time")
            }
        }
        guard parts == 2 else { throw scanner.problem("no value with its time") }
        return number.map { (time, $0) }
    }
}
