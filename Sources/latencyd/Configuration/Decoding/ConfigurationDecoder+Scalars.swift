internal import Platform

extension ConfigurationDecoder {
    /// The text of a single value, quoted or not, as `parse` reads it; nil when it is not taken, which is reported.
    mutating func text<Value>(
        _ field: ConfigurationField, _ expected: String, _ parse: (String) throws(ScalarProblem) -> Value
    ) -> Value? {
        guard let scalar = scalar(field, expected) else { return nil }
        do {
            return try parse(scalar.text)
        } catch {
            report(field, error)
            return nil
        }
    }

    mutating func duration(_ field: ConfigurationField, in range: ClosedRange<Duration>) -> Duration? {
        text(field, "a duration such as 10s") { text throws(ScalarProblem) in
            try DurationScalar.parse(text, in: range)
        }
    }

    /// A whole number, which must not be quoted.
    mutating func integer(_ field: ConfigurationField, in range: ClosedRange<Int>) -> Int? {
        guard isPlain(field, "a whole number") else { return nil }
        return text(field, "a whole number") { text throws(ScalarProblem) in
            try NumberScalar.integer(text, in: range)
        }
    }

    /// A number with or without a fraction, which must not be quoted.
    mutating func decimal(_ field: ConfigurationField, in range: ClosedRange<Double>) -> Double? {
        guard isPlain(field, "a number") else { return nil }
        return text(field, "a number") { text throws(ScalarProblem) in
            try NumberScalar.decimal(text, in: range)
        }
    }

    /// `true` or `false`, not quoted.
    mutating func boolean(_ field: ConfigurationField) -> Bool? {
        guard isPlain(field, "true or false"), let scalar = scalar(field, "true or false") else { return nil }
        switch scalar.text {
        case "true": return true
        case "false": return false
        default:
            report(field, .notA("a boolean", scalar.text, "write true or false"))
            return nil
        }
    }

    /// One of the words of `Choice`.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ field: ConfigurationField, _ choices: Choice.Type
    ) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        return text(field, "one of " + words.joined(separator: ", ")) { text throws(ScalarProblem) in
            if let choice = Choice(rawValue: text) { return choice }
            let remedy =
                Spelling.nearest(to: text, among: words).map { "did you mean '\($0)'?" }
                ?? "write one of " + words.joined(separator: ", ")
            throw .impossible(text, "is not known here", remedy)
        }
    }

    /// The single value of `field`; nil when it is none, which is reported.
    mutating func scalar(_ field: ConfigurationField, _ expected: String) -> YAMLScalar? {
        guard case .scalar(let scalar) = field.node.content else {
            report(field, "the value is \(Self.kind(field.node))", "write \(expected)")
            return nil
        }
        guard !scalar.isNull else {
            report(field, "the value is missing", "write \(expected), or leave the key out for its default")
            return nil
        }
        return scalar
    }

    /// False for a quoted value, which is reported. What is no single value is for `scalar` to tell.
    private mutating func isPlain(_ field: ConfigurationField, _ expected: String) -> Bool {
        guard case .scalar(let scalar) = field.node.content, scalar.style != .plain else { return true }
        report(
            field, "\(YAMLQuotation.of(scalar.text)) is quoted and therefore a text",
            "write \(expected) without quotes")
        return false
    }
}
