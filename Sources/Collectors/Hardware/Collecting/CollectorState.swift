/// What became of a collector's last pass.
public enum CollectorState: String, Sendable, Hashable {
    /// It has not run yet.
    case waiting
    /// It did its work, though single files may have failed.
    case collecting
    /// It did its work, and this host has nothing for it.
    case absent
    /// It could not do its work.
    case failing
}

/// Something that a person should read once in the log.
public struct CollectorNote: Sendable, Equatable {
    public enum Level: Sendable, Equatable {
        case info
        case warning
    }

    public var collector: String
    public var level: Level
    public var message: String

    public init(collector: String, level: Level, message: String) {
        self.collector = collector
        self.level = level
        self.message = message
    }
}
