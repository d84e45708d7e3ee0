public import Telemetry

/// What a rule compares with its thresholds.
public enum AlertMeasure: Sendable, Hashable {
    /// A statistic of a timing over the trailing minute.
    case statistic(Statistic)
    /// A signal's value, as it is exposed.
    case value
    /// By how much a signal, a counter, has risen over the trailing time. A fall is taken for a start anew from zero.
    case increase(overSeconds: Double)
    /// How far a timing is from what was learned about it, whichever of its statistics is furthest: the level as a
    /// number.
    case learned
    /// Since when a timing has had no observation, whatever the rule's level: seconds until that counts.
    case absence(afterSeconds: Double)

    /// The statistic of a timing; nil for a signal, and for what was learned, where it moves.
    public var statistic: Statistic? {
        if case .statistic(let statistic) = self { statistic } else { nil }
    }

    /// Whether it is the silence of a timing.
    public var isAbsence: Bool { if case .absence = self { true } else { false } }

    /// Whether it is of an exposed signal, not of a pushed timing.
    public var isOfSignal: Bool {
        switch self {
        case .statistic, .learned, .absence: false
        case .value, .increase: true
        }
    }
}

/// On which side of its threshold a value is abnormal.
public enum AlertDirection: String, Sendable, Hashable {
    case above
    case below

    /// Turns what lies below into what lies above, and back: inside, the engine knows only the latter.
    var sign: Double {
        switch self {
        case .above: 1
        case .below: -1
        }
    }
}
