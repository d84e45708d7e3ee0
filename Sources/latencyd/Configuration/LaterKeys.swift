/// Settings of the documented schema that later versions act on.
///
/// They are taken with a warning, so that one file serves several versions. A line is removed when its setting works.
enum LaterKeys {
    /// What is known of a value that is not used yet.
    enum Value: Sendable {
        case duration
        case byteSize
        case wholeNumber(ClosedRange<Int>)
        /// Not looked at.
        case anything
    }

    /// By the path of the section (empty for the top level) and the key.
    static let inSection: [String: [String: Value]] = [
        "web": ["config_file": .anything],
        "storage": ["retention": .duration, "max_size": .byteSize],
        "notify": ["alertmanagers": .anything],
    ]

    /// Keys that make a rule of a kind that does not work yet.
    static let ruleKinds = ["absent"]
    /// Keys of such rules.
    static let ruleKeys = ["level"]
}
