/// Why a label of a pushed series is not what was sent. The raw value is the label `reason` of
/// `latencyd_push_renamed_total`.
public enum RenameReason: String, Sendable, CaseIterable {
    /// A gauge's name ended in `_total`, `_count`, `_sum`, `_bucket` or `_created`, or a histogram's in `_total`;
    /// `_value` was added.
    case reservedSuffix = "reserved_suffix"
    /// A label with a meaning of its own got the prefix `exported_`.
    case reservedLabel = "reserved_label"
    /// Two tags became one label; their values were joined.
    case duplicateLabel = "duplicate_label"
}

/// How the tags of a pushed line become labels.
///
/// The rule: `name:value` is a label; characters that a label name may not have become `_`; a tag without a value has
/// the value `true`; a tag with an empty value is left out, as Prometheus takes an empty label for none; `le`,
/// `quantile`, `timing`, `statistic` and names that begin with `__` get the prefix `exported_`; where several tags
/// become one label, their values are sorted, made unique and joined with commas.
public enum PushedLabels {
    /// Labels that the exposition itself uses.
    static let reserved: Set<String> = ["le", "quantile", "timing", "statistic"]

    /// The label set of `tags`, each as sent, and the reasons for which something was renamed.
    public static func labels(fromTags tags: [Substring]) -> (labels: LabelSet, renamed: [RenameReason]) {
        var labels: [Label] = []
        var renamed: [RenameReason] = []
        labels.reserveCapacity(tags.count)
        for tag in tags where !tag.isEmpty {
            let parts = tag.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]) : "true"
            var name = MetricName.sanitizedLabel(String(parts[0]))
            guard !value.isEmpty, !name.isEmpty else { continue }
            if reserved.contains(name) || name.hasPrefix("__") {
                name = "exported_" + name
                renamed.append(.reservedLabel)
            }
            labels.append(Label(name, value))
        }
        labels.sort { ($0.name, $0.value) < ($1.name, $1.value) }
        var unique: [Label] = []
        unique.reserveCapacity(labels.count)
        var lastValue = ""
        for label in labels {
            if let last = unique.last, last.name == label.name {
                guard label.value != lastValue else { continue }
                unique[unique.count - 1].value += "," + label.value
                renamed.append(.duplicateLabel)
            } else {
                unique.append(label)
            }
            lastValue = label.value
        }
        return (LabelSet(unique), renamed)
    }
}
