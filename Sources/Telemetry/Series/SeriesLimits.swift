/// Limits of what pushers may make. See `docs/limits.md`.
public struct SeriesLimits: Sendable, Equatable {
    /// Series in all.
    public var seriesMax: Int
    /// Series of one metric.
    public var seriesPerMetricMax: Int
    /// Series that one process made.
    public var seriesPerSenderMax: Int
    /// A series that gets no value for so long is forgotten, seconds.
    public var expireAfterSeconds: Double

    public init(
        seriesMax: Int = 20_000, seriesPerMetricMax: Int = 5_000, seriesPerSenderMax: Int = 10_000,
        expireAfterSeconds: Double = 900
    ) {
        self.seriesMax = seriesMax
        self.seriesPerMetricMax = seriesPerMetricMax
        self.seriesPerSenderMax = seriesPerSenderMax
        self.expireAfterSeconds = expireAfterSeconds
    }
}
