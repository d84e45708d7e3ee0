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

    /// Bytes of name and labels that a series has on the average at the most: every one of its lines on the page repeats
    /// them.
    public static let nameBytesPerSeries = 320
    /// The share of `seriesMax` that every user may have, even where another one has taken more than half: 1/10.
    public static let userShareDivisor = 10

    /// Bytes of the names and labels of all series.
    var nameBytesMax: Int { seriesMax * Self.nameBytesPerSeries }
    /// Bytes of the names and labels of the series that one process made.
    var nameBytesPerSenderMax: Int { min(seriesMax, seriesPerSenderMax) * Self.nameBytesPerSeries }

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
