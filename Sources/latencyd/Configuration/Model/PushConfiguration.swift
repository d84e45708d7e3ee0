/// `push`: the sockets on which applications send timings.
struct PushConfiguration: Sendable, Equatable {
    static let folderDefault = "/run/latencyd"
    static let datagramSocketName = "timings.sock"
    static let streamSocketName = "timings-stream.sock"
    static let datagramSocketDefault = "\(folderDefault)/\(datagramSocketName)"
    static let streamSocketDefault = "\(folderDefault)/\(streamSocketName)"
    static let socketGroupDefault = "latencyd"
    static let bucketsMax = 64
    static let bucketRange: ClosedRange<Duration> = .nanoseconds(1) ... .seconds(86_400)
    static let seriesRange = 1...1_000_000
    static let expireAfterRange: ClosedRange<Duration> = .seconds(10) ... .seconds(7 * 86_400)

    /// The Unix datagram socket, an absolute path of at most 107 bytes; nil when it is not set: then `timings.sock` in
    /// `folderDefault`, or in a folder of the user's (`RuntimePaths`). To be changed where containers see another
    /// folder. Needs a restart.
    var datagramSocket: String?
    /// The Unix stream socket; as above, `timings-stream.sock`.
    var streamSocket: String?
    /// The sockets' mode. Default 0660: the daemon's user and group may push. To be changed to 0666 where every local
    /// user may. Needs a restart.
    var socketMode: UInt32 = 0o660
    /// The sockets' group, which an application's user must belong to in order to push; nil when it is not set: then
    /// `socketGroupDefault` where that group exists. Needs a restart.
    var socketGroup: String?
    /// The most series at one time; further ones are dropped and counted. Default 20,000; 1 to 1,000,000. A timing
    /// takes about 9 KiB (`docs/limits.md`). To be raised where `latencyd_push_dropped_total` says so and memory allows.
    var maxSeries = 20_000
    /// The most series of one metric. Default 5,000, or `maxSeries` where that is less.
    var maxSeriesPerMetric = 5_000
    /// The most series of one sender, as the kernel names it. Default 10,000, or `maxSeries` where that is less.
    var maxSeriesPerSender = 10_000
    /// A series that nobody pushed for this long is forgotten. Default 15m; 10s to 7d.
    var expireAfter: Duration = .seconds(15 * 60)
    /// The upper bounds of the classic histogram buckets, ascending, without +Inf; 1 to 64 of them. Default 1 ms to
    /// 60 s. To be changed where Prometheus cannot take native histograms and the bounds do not suit the latencies.
    /// Needs a restart.
    var buckets: [Duration] = bucketsDefault
    /// What becomes of the metrics `datadog.*` that DogStatsD clients send about themselves. Default drop.
    var clientTelemetry = ClientTelemetry.drop
    /// What a StatsD gauge with a sign does. Default delta.
    var signedGauges = SignedGauges.delta
    /// Which timings belong to which layer when they do not say so by a tag `layer:`. Default none.
    var layers = LayerPatterns()

    static let bucketsDefault: [Duration] = [
        .microseconds(1_000), .microseconds(2_500), .milliseconds(5), .milliseconds(10), .milliseconds(25),
        .milliseconds(50), .milliseconds(100), .milliseconds(250), .milliseconds(500), .seconds(1),
        .milliseconds(2_500), .seconds(5), .seconds(10), .seconds(30), .seconds(60),
    ]

    /// The bounds in seconds, as the histograms take them.
    var bucketsInSeconds: [Double] { buckets.map(\.inSeconds) }
}

/// What becomes of a client's metrics about itself (`datadog.*`).
enum ClientTelemetry: String, Sendable, CaseIterable {
    /// Counted as dropped on purpose.
    case drop
    /// Kept like any other metric.
    case take
}

/// What a StatsD gauge with a sign, `depth:-3|g`, does.
enum SignedGauges: String, Sendable, CaseIterable {
    /// Changes the value by it, as StatsD does.
    case delta
    /// Sets the value to it, as the DogStatsD agent does.
    case value
}

/// A layer of an inference service, from the operators up to the user.
enum TimingLayer: String, Sendable, CaseIterable {
    case framework
    case service
    case business
}

/// `push.layers`: patterns (`Glob`) for the exposed names of timings.
struct LayerPatterns: Sendable, Equatable {
    static let patternsMax = 64

    var framework: [String] = []
    var service: [String] = []
    var business: [String] = []

    /// The patterns of `layer`. Where patterns of two layers match, the first layer in the order of `TimingLayer` is
    /// taken.
    subscript(layer: TimingLayer) -> [String] {
        get {
            switch layer {
            case .framework: framework
            case .service: service
            case .business: business
            }
        }
        set {
            switch layer {
            case .framework: framework = newValue
            case .service: service = newValue
            case .business: business = newValue
            }
        }
    }
}
