/// One label of a series: a name valid in Prometheus (`[a-zA-Z_][a-zA-Z0-9_]*`) and a UTF-8 value.
public struct Label: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The labels of one series, sorted by name, each name once.
///
/// Two label sets with the same names and values are equal whatever order they were written in.
public struct LabelSet: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// Sorted by name in Unicode scalar order.
    public let labels: [Label]

    /// Sorts `labels`. Of two labels with the same name the later one wins.
    public init(_ labels: [Label]) {
        if labels.count <= 1 {
            self.labels = labels
            return
        }
        var sorted: [Label] = []
        sorted.reserveCapacity(labels.count)
        for (_, label) in labels.enumerated().sorted(by: { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
        ) {
            if sorted.last?.name == label.name {
                sorted[sorted.count - 1] = label
            } else {
                sorted.append(label)
            }
        }
        self.labels = sorted
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Label($0.0, $0.1) })
    }

    /// Bytes of all names and values.
    var byteCount: Int { labels.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }

    /// The value of the label `name`, nil when the set has no such label.
    public subscript(name: String) -> String? {
        labels.first { $0.name == name }?.value
    }

    /// This set with `other`'s labels added; where both have a name, `other`'s value is taken.
    public func adding(_ other: [Label]) -> LabelSet {
        var sum = labels
        sum.reserveCapacity(labels.count + other.count)
        for label in other {
            let place = sum.firstIndex { $0.name >= label.name } ?? sum.count
            if place < sum.count, sum[place].name == label.name {
                sum[place] = label
            } else {
                sum.insert(label, at: place)
            }
        }
        return LabelSet(sorted: sum)
    }

    /// This set without the label `name`.
    public func removing(_ name: String) -> LabelSet {
        guard let place = labels.firstIndex(where: { $0.name == name }) else { return self }
        var rest = labels
        rest.remove(at: place)
        return LabelSet(sorted: rest)
    }

    /// Takes `labels` as they are: sorted by name as `init(_:)` sorts them, each name once.
    public init(sorted labels: [Label]) {
        assert(zip(labels, labels.dropFirst()).allSatisfy { $0.name < $1.name }, "labels are not sorted")
        self.labels = labels
    }
}
