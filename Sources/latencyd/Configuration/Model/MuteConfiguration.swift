internal import AnomalyDetect

/// `alerts.mute[]`: when which alerts are not told to others.
struct MuteConfiguration: Sendable, Equatable {
    static let mutesMax = 100

    /// A pattern (`Glob`) for the exposed names of timings and signals. Default nil, any.
    var timing: String?
    /// A pattern (`Glob`) for the label `alertname`. Default nil, any.
    var name: String?
    /// Patterns (`Glob`) for the values of the series' labels; all must match. Default none, which any labels match.
    var labels: [String: String] = [:]
    /// Default all.
    var levels: [AlertLevel] = []
    /// `from`, `to` and `days`. Required.
    var window: MuteWindow
}

/// When a mute holds.
enum MuteWindow: Sendable, Equatable {
    case once(from: MuteMoment, to: MuteMoment)
    /// Minutes since midnight; `to` at most 1,440. Where `to` is not later than `from`, it is that of the next day.
    /// Weekdays are those on which it begins, Monday is 0.
    case daily(fromMinute: Int, toMinute: Int, weekdays: Set<Int>)
}

/// A moment as it is written.
enum MuteMoment: Sendable, Equatable {
    /// Unix seconds.
    case absolute(Int64)
    /// What the clocks of `detection.timezone` show, as seconds since 1970.
    case local(Int64)

    /// To be compared with another of the same kind.
    var seconds: Int64 {
        switch self {
        case .absolute(let seconds), .local(let seconds): seconds
        }
    }

    var isLocal: Bool { if case .local = self { true } else { false } }
}
