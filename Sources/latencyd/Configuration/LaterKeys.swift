/// Settings of the documented schema that later versions act on.
///
/// They are taken with a warning, so that one file serves several versions. A line is removed when its setting works.
enum LaterKeys {
    /// By the path of the section (empty for the top level). Their values are not looked at.
    static let inSection: [String: [String]] = [
        "web": ["config_file"]
    ]
}
