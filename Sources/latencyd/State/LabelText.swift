internal import Telemetry

/// A label set as one text, the same for equal sets: `model="a",zone="b"`, with `\`, `"` and line ends escaped.
enum LabelText {
    static func encode(_ labels: LabelSet) -> String {
        labels.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    /// Nil for what `encode` does not write.
    static func decode(_ text: String) -> LabelSet? {
        var labels: [Label] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            guard let equals = rest.unicodeScalars.firstIndex(of: "=") else { return nil }
            let name = String(rest[..<equals])
            rest = Substring(rest.unicodeScalars[rest.unicodeScalars.index(after: equals)...])
            guard !name.isEmpty, rest.unicodeScalars.popFirst() == "\"", let value = takeValue(&rest) else {
                return nil
            }
            labels.append(Label(name, value))
            if rest.isEmpty { break }
            guard rest.unicodeScalars.popFirst() == ",", !rest.isEmpty else { return nil }
        }
        return LabelSet(labels)
    }

    /// Up to the quotation mark that ends it, which is taken as well. By scalars: a value may begin with a combining one.
    private static func takeValue(_ rest: inout Substring) -> String? {
        var value = String.UnicodeScalarView()
        while let scalar = rest.unicodeScalars.popFirst() {
            switch scalar {
            case "\"": return String(value)
            case "\\":
                guard let next = rest.unicodeScalars.popFirst() else { return nil }
                value.append(next == "n" ? "\n" : next)
            default: value.append(scalar)
            }
        }
        return nil
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", "\"": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: ["\\", "n"])
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
