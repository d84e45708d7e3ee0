internal import Collectors
internal import Platform

/// `services[]`: a model server whose queue, batches and latencies are read.
struct ServiceConfiguration: Sendable, Equatable {
    static let intervalRange: ClosedRange<Duration> = .seconds(1) ... .seconds(3_600)
    static let timeoutRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)
    static let intervalDefault: Duration = .seconds(5)
    /// Of services that are asked by PromQL: engines seldom learn something new more often.
    static let queryIntervalDefault: Duration = .seconds(15)
    static let batchSizeRange = 1...1_000_000
    /// The longest time for an answer where the file names none.
    static let timeoutDefaultMax: Duration = .seconds(10)

    /// The label `service`. Default: the profile's id, which must not be there twice.
    var name: String
    /// What kind of server it is, or how it is to be read. Required.
    var profile: ServiceProfile
    /// What is asked of an engine that speaks PromQL: `queries`, `shard`, `limit`, `model_labels`, `tenant`. Nil for
    /// pages of metrics.
    var queries: PromQLSettings?
    /// Of its page of metrics. Default: the profile's port of this host; a URL without a path gets the profile's.
    var url: String
    /// Of the server's own API, where it says more than on its page (`triton`, `torchserve`). Default: not asked.
    var apiURL: String?
    /// From one reading to the next. Default 5s, 15s by query; 1s to 1h.
    var interval = intervalDefault
    /// For one reading. Default: the smaller of the interval and 10s; 100ms to 60s.
    var timeout: Duration?
    /// How the daemon makes itself known: `bearer_token_file`, or `basic_auth` with `username` and `password_file`.
    var credentials: ServiceCredentials?
    /// `tls`: `ca_file`, `cert_file` and `key_file`, `insecure_skip_verify`.
    var security = HTTPSecurity()
    /// The largest batch, for `latencyd_service_batch_efficiency_ratio`, where the server does not say it itself.
    var maxBatchSize: Int?
    /// The longest page or answer to a query, unpacked, in bytes. Default 16MiB; 64KiB to 256MiB. To be raised where a
    /// server's own page is longer.
    var bodyBytesMax = ServiceLimits.bodyBytes

    /// For the reader.
    var settings: ServiceSettings {
        ServiceSettings(
            name: name, source: queries.map { .promql($0) } ?? .page(profile), url: url, apiURL: apiURL,
            interval: interval.inSeconds, timeout: Self.timeout(timeout, interval).inSeconds, credentials: credentials,
            security: security, batchSizeMax: maxBatchSize.map(Double.init), bodyBytesMax: bodyBytesMax)
    }

    static func timeout(_ timeout: Duration?, _ interval: Duration) -> Duration {
        timeout ?? min(interval, timeoutDefaultMax)
    }
}

/// `{profile: auto}` in `services`: model servers on this host are found, and read by their defaults.
struct FindingConfiguration: Sendable, Equatable {
    /// From one reading of each server to the next. Default 5s; 1s to 1h.
    var interval = ServiceConfiguration.intervalDefault
    /// For one reading. Default: the smaller of the interval and 10s; 100ms to 60s.
    var timeout: Duration?

    var effectiveTimeout: Duration { ServiceConfiguration.timeout(timeout, interval) }
}
