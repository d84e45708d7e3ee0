internal import Platform

extension ConfigurationDecoder {
    /// The known keys of the mapping `field` with their values; all others are reported. A section without a value
    /// has no keys.
    mutating func fields<Key: ConfigurationKey>(
        of field: ConfigurationField, _ keys: Key.Type
    ) -> [(key: Key, field: ConfigurationField)] {
        var known: [(key: Key, field: ConfigurationField)] = []
        for entry in mapping(field) {
            let child = field.entry(entry)
            if let key = Key(rawValue: entry.key) {
                known.append((key, child))
            } else {
                reportUnknown(entry.key, child, known: Key.allCases.map(\.rawValue))
            }
        }
        return known
    }

    /// The entries of a mapping; none of what is no mapping, which is reported.
    mutating func mapping(_ field: ConfigurationField) -> [YAMLEntry] {
        switch field.node.content {
        case .mapping(let entries): return entries
        case .scalar(let scalar) where scalar.isNull: return []
        case .scalar, .sequence:
            let what = field.path.isDocument ? "the file" : "the section"
            let example = field.path.isDocument ? "web:" : "key: value"
            report(
                field, "\(what) is \(Self.kind(field.node)), not a mapping",
                "write keys with values, for example '\(example)'")
            return []
        }
    }

    /// The elements of a list of at most `limit`; none of what is no list, which is reported.
    mutating func elements(
        _ field: ConfigurationField, limit: Int, of kind: String
    ) -> [ConfigurationField] {
        switch field.node.content {
        case .sequence(let nodes):
            if nodes.count > limit {
                report(field, "the list has \(nodes.count) \(kind)", "write at most \(limit)")
            }
            return nodes.prefix(limit).enumerated().map { field.element($0.offset, $0.element) }
        case .scalar(let scalar) where scalar.isNull: return []
        case .scalar, .mapping:
            report(
                field, "the value is \(Self.kind(field.node)), not a list",
                "write a list of \(kind) in brackets, or one on each line after '- '")
            return []
        }
    }

    /// What a node is, for messages.
    static func kind(_ node: YAMLNode) -> String {
        switch node.content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let scalar): scalar.isNull ? "empty" : "the single value \(YAMLQuotation.of(scalar.text))"
        }
    }
}

// MARK: - Unknown keys

extension ConfigurationDecoder {
    /// Says what an unknown key was meant to be: another spelling, another section, or any of the known ones.
    mutating func reportUnknown(_ key: String, _ field: ConfigurationField, known: [String]) {
        let remedy =
            if let meant = Spelling.nearest(to: key, among: known) {
                "did you mean '\(meant)'?"
            } else if let section = Self.sections.first(where: { $0.keys.contains(key) })?.name {
                "it belongs to the section '\(section)'"
            } else {
                "the keys here are " + known.joined(separator: ", ")
            }
        reportKey(field, "unknown key", remedy)
    }

    private static let sections: [(name: String, keys: [String])] = [
        ("web", WebKey.allCases.map(\.rawValue)),
        ("storage", StorageKey.allCases.map(\.rawValue)),
        ("push", PushKey.allCases.map(\.rawValue)),
        ("hardware", HardwareKey.allCases.map(\.rawValue)),
        ("detection", DetectionKey.allCases.map(\.rawValue)),
        ("alerts", AlertsKey.allCases.map(\.rawValue)),
        ("notify", NotifyKey.allCases.map(\.rawValue)),
    ]
}
