import Telemetry

/// The label sets of one GPU that differ in one label: each is made once.
struct GPULabels<Key: Hashable & Sendable>: Sendable {
    private let own: LabelSet
    private let name: String
    private let text: @Sendable (Key) -> String
    private var made: [Key: LabelSet] = [:]

    /// - Parameters:
    ///   - own: the GPU's.
    ///   - name: of the label.
    ///   - text: its value for a key, of which there are few.
    init(_ own: LabelSet, _ name: String, _ text: @escaping @Sendable (Key) -> String) {
        self.own = own
        self.name = name
        self.text = text
    }

    subscript(key: Key) -> LabelSet {
        mutating get {
            if let known = made[key] { return known }
            let labels = own.adding([Label(name, text(key))])
            made[key] = labels
            return labels
        }
    }
}

extension GPULabels where Key: RawRepresentable<String> {
    init(_ own: LabelSet, _ name: String) { self.init(own, name, \.rawValue) }
}

/// What was made of something, for as long as that stays the same.
struct GPUMade<Source: Equatable & Sendable, Value: Sendable>: Sendable {
    private var source: Source?
    private var value: Value?

    mutating func callAsFunction(_ source: Source, _ make: (Source) -> Value) -> Value {
        if let value, self.source == source { return value }
        let value = make(source)
        (self.source, self.value) = (source, value)
        return value
    }
}
