internal import Platform
internal import Telemetry

/// Names and patterns of timings, labels and alerts.
enum NameScalars {
    static let patternBytesMax = 256
    static let nameBytesMax = 128

    /// A pattern for names of timings as they are exposed; see `Glob`.
    static func timingPattern(_ text: String) throws(ScalarProblem) -> String {
        let pattern = try self.pattern(text)
        if pattern.utf8.contains(UInt8(ascii: ".")) {
            throw .impossible(
                text, "holds a '.', which no exposed name has",
                "write the name as /metrics shows it, for example inference_latency_seconds for inference.latency")
        }
        let isPattern = pattern.utf8.allSatisfy { $0.isWord || "*?:[]{}!^,-".utf8.contains($0) }
        guard isPattern else {
            throw .notA(
                "a pattern of names", text,
                "write letters, digits and _, and wildcards: *, ?, [abc], {a,b}; for example inference_*")
        }
        return pattern
    }

    /// A pattern for values of labels. The empty one is for series without the label.
    static func labelPattern(_ text: String) throws(ScalarProblem) -> String {
        text.isEmpty ? text : try pattern(text)
    }

    /// A pattern that is not empty; see `Glob`.
    static func pattern(_ text: String) throws(ScalarProblem) -> String {
        guard !text.isEmpty else {
            throw .impossible(text, "matches nothing", "write a name or a pattern, for example *")
        }
        guard text.utf8.count <= patternBytesMax else {
            throw .impossible(text, "is \(text.utf8.count) bytes long", "write at most \(patternBytesMax) bytes")
        }
        do {
            _ = try Glob(text)
        } catch {
            throw .impossible(text, "is no pattern (\(error))", "write wildcards as *, ?, [abc] or {a,b}")
        }
        return text
    }

    /// The name of a label.
    static func label(_ text: String) throws(ScalarProblem) -> String {
        let isName = text.utf8.allSatisfy(\.isWord) && text.utf8.first?.isDigit == false
        guard isName, text.utf8.count <= nameBytesMax else {
            throw .notA(
                "the name of a label", text,
                "write letters, digits and _, not beginning with a digit, as /metrics shows it")
        }
        return text
    }

    /// The name of what is watched, one line of text.
    static func watched(_ text: String) throws(ScalarProblem) -> String {
        let bytesMax = WatchConfiguration.nameBytesMax
        let isLine = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard isLine, (1...bytesMax).contains(text.utf8.count) else {
            throw .notA("a name", text, "write one line of at most \(bytesMax) bytes, for example triton")
        }
        return text
    }

    /// The label `service`.
    static func service(_ text: String) throws(ScalarProblem) -> String {
        let isLine = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard isLine, (1...nameBytesMax).contains(text.utf8.count) else {
            throw .notA("a name", text, "write one line of at most \(nameBytesMax) bytes, for example triton-a")
        }
        return text
    }

    /// The user of an HTTP server.
    static func user(_ text: String) throws(ScalarProblem) -> String {
        guard !text.isEmpty, text.utf8.count <= nameBytesMax, !text.contains(":"),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .notA("the name of a user", text, "write at most \(nameBytesMax) bytes without a colon") }
        return text
    }

    /// The name of a sample on another program's page.
    static func metric(_ text: String) throws(ScalarProblem) -> String {
        guard !text.isEmpty, text.utf8.count <= patternBytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw .notA("the name of a metric", text, "write it as the server's page shows it, with its suffix") }
        return text
    }

    /// The name of a timing that is asked for, as it is exposed.
    static func queriedTiming(_ text: String) throws(ScalarProblem) -> String {
        let isName = text.utf8.allSatisfy(\.isWord) && text.utf8.first?.isDigit == false
        guard isName, text.utf8.count <= nameBytesMax else {
            throw .notA("the name of a timing", text, "write letters, digits and _, for example model_latency_seconds")
        }
        guard !text.hasPrefix("latencyd_") else {
            throw .impossible(text, "begins as the daemon's own names do", "choose another beginning")
        }
        if let (stem, unit) = PushedUnit.split(text), unit.base.suffix != unit.suffix {
            throw .impossible(
                text, "ends with a unit that is not shown",
                "call it \(stem)_\(unit.base.suffix), and write unit: \(unit.suffix)")
        }
        return text
    }

    /// The tenant of an engine that has several.
    static func tenant(_ text: String) throws(ScalarProblem) -> String {
        guard (1...nameBytesMax).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .notA("the name of a tenant", text, "write at most \(nameBytesMax) ASCII characters without spaces")
        }
        return text
    }

    /// The name of an alert, one line of text.
    static func alert(_ text: String) throws(ScalarProblem) -> String {
        let isLine = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard isLine, (1...nameBytesMax).contains(text.utf8.count) else {
            throw .notA(
                "the name of an alert", text, "write one line of at most \(nameBytesMax) bytes, for example TailTooSlow"
            )
        }
        return text
    }
}
