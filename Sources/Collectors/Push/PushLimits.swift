/// Limits of the push sockets' input. See `docs/limits.md`.
public enum PushLimits {
    /// Bytes of a datagram, and of a stream frame.
    public static let packetBytesMax = 65_536
    /// Bytes of one line.
    public static let lineBytesMax = 16_384
    /// Bytes of a metric's name.
    public static let nameBytesMax = 200
    /// Tags of one line.
    public static let tagsMax = 64
    /// Bytes of a tag's name.
    public static let tagNameBytesMax = 128
    /// Bytes of a tag's value.
    public static let tagValueBytesMax = 512
    /// The smallest sample rate taken: one in a million.
    public static let sampleRateMin = 1e-6
    /// The longest timing taken, seconds: 31 years.
    public static let secondsMax = 1e9
    /// The largest value of another distribution and the largest increment of a counter.
    public static let valueMax = 1e18
    /// Datagrams received in one call.
    public static let datagramBatch = 32
    /// Stream connections in all.
    public static let connectionsMax = 1_024
    /// Stream connections of one process.
    public static let connectionsPerSenderMax = 64
    /// Stream connections of all processes of one user that the kernel cannot name.
    public static let connectionsOfUnknownSendersMax = 512
    /// Descriptors that connections leave for files and HTTP clients.
    public static let filesForOthers = 400
    /// A frame or line that stays unfinished for so long ends its connection, seconds.
    public static let unfinishedFrameSecondsMax = 30.0
    /// Bytes read from one connection before the others have their turn.
    public static let streamTurnBytes = 262_144
    /// Bytes of lines taken before others who wait for the series have their turn; a line is not broken off.
    public static let lockTurnBytes = 4_096
    /// Lines remembered, for every series that may exist, by their name and tags, and as many by all their bytes but the
    /// values; beyond that all are learned anew.
    public static let cachedLinesPerSeries = 2
    /// Bytes of lines remembered in each of both ways.
    public static let cacheBytesMax = 16 << 20
    /// Bytes behind the values of a line that is remembered by all its bytes; a longer one is parsed each time.
    public static let repeatedTailBytesMax = 4_096
    /// Refused lines remembered, so that a repeated one costs no more than a known one.
    public static let cachedRefusalsMax = 8_192
    /// Bytes of refused lines remembered.
    public static let refusalBytesMax = 2 << 20
    /// Bytes of all tags of a line.
    public static let tagBytesMax = 2_048
}
