internal import Platform

enum WatchKey: String, ConfigurationKey {
    case process, command, unit, cgroup, name

    /// What is watched; one of the keys of an entry.
    enum Subject: String, Sendable, CaseIterable {
        case process, command, unit, cgroup
    }

    var subject: Subject? { Subject(rawValue: rawValue) }
}

extension ConfigurationDecoder {
    mutating func watch(_ list: ConfigurationField) -> [WatchConfiguration] {
        elements(list, limit: WatchConfiguration.entriesMax, of: "entries").compactMap { watchEntry($0) }
    }

    /// nil for an entry that is not complete, which is reported.
    private mutating func watchEntry(_ element: ConfigurationField) -> WatchConfiguration? {
        guard case .mapping(let entries) = element.node.content else {
            report(
                element, "the entry is \(Self.kind(element.node)), not a mapping",
                "write for example {process: tritonserver}")
            return nil
        }
        var entry: WatchConfiguration?
        var name: String?
        var subjects: [ConfigurationField] = []
        for (key, field) in fields(of: element, WatchKey.self) {
            if let subject = key.subject {
                subjects.append(field)
                let pattern = text(field, "a pattern") { text throws(ScalarProblem) in
                    try Self.pattern(text, subject)
                }
                if let pattern { entry = WatchConfiguration(subject: subject, pattern: pattern) }
            } else {
                name = text(field, "a name", NameScalars.watched)
            }
        }
        switch subjects.count {
        case 1: break
        case 0:
            // A key that is misspelt is told already.
            if entries.allSatisfy({ WatchKey(rawValue: $0.key) != nil }) {
                report(
                    element, "the entry does not say what is watched",
                    "write one of process, command, unit and cgroup with a pattern")
            }
            return nil
        default:
            reportKey(
                subjects[1], "the entry has a pattern already", "write an entry of its own for each pattern")
            return nil
        }
        entry?.name = name
        return entry
    }

    private static func pattern(_ text: String, _ subject: WatchKey.Subject) throws(ScalarProblem) -> String {
        let pattern = try NameScalars.pattern(text)
        if subject == .cgroup, let first = pattern.first, !"/*?[{".contains(first) {
            throw .impossible(
                text, "matches no path of a cgroup, all of which begin with '/'",
                "write for example /system.slice/\(text)")
        }
        return pattern
    }
}
