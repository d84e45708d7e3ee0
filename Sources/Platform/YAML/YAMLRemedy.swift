/// What to do about libyaml's messages, which say what the parser missed and not what the writer should do.
enum YAMLRemedy {
    private static let table: [(part: String, remedy: String)] = [
        ("control characters", "remove the invisible character"),
        ("cannot start any token", "indent with spaces, not tabs, and quote a text that begins with @ or `"),
        ("tab", "indent with spaces, not tabs"),
        ("mapping values are not allowed", "put every key on a line of its own and quote a text that holds ': '"),
        ("could not find expected ':'", "write a key as 'key: value'"),
        ("did not find expected key", "indent the keys of one section alike, by spaces, and close quotes and brackets"),
        ("expected ',' or ']'", "separate the values with commas and close the list with ]"),
        ("expected ',' or '}'", "separate the entries with commas and close the mapping with }"),
        ("alphabetic or numeric character", "put a text or pattern that begins with * or & in quotes"),
        ("unexpected end of stream", "close the quotes"),
        ("did not find expected '-' indicator", "begin every element of the list with '- ', indented alike"),
        ("block sequence entries are not allowed", "put a list on the lines below its key"),
        ("unknown escape", "write a backslash inside double quotes twice"),
        ("<document start>", "leave one document: keys in column 1, or one value"),
        ("node content", "write the value, or close the bracket after the last one"),
    ]

    static func forBroken(_ problem: String) -> String {
        table.first { problem.contains($0.part) }?.remedy ?? "check indentation, quotes and brackets around this place"
    }
}

extension String {
    /// Whether `part` occurs in this string.
    fileprivate func contains(_ part: String) -> Bool {
        let whole = Array(utf8)
        let wanted = Array(part.utf8)
        guard wanted.count <= whole.count else { return false }
        return (0...(whole.count - wanted.count)).contains { whole[$0...].starts(with: wanted) }
    }
}
