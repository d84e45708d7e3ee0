public import Telemetry

/// What is known of a model server: the one vocabulary for all of them.
///
/// The raw value is the word of configuration files and of the label `signal`.
public enum ServiceSignal: String, Sendable, Hashable, CaseIterable {
    /// Requests that wait now.
    case queueLength = "queue_length"
    /// How long requests waited before work on them began, seconds.
    case queueTime = "queue_time"
    /// Requests, or samples, that were worked on together.
    case batchSize = "batch_size"
    /// The most of them that there can be.
    case batchSizeMax = "batch_size_max"
    /// The used share of the batches, where the server says it itself, 0 to 1.
    case batchEfficiency = "batch_efficiency"
    /// How long requests took in all, seconds.
    case requestTime = "request_time"
    /// Requests that ended, well or not.
    case requests
    /// Requests that failed.
    case errors
    /// Requests that are worked on now.
    case runningRequests = "running_requests"
    /// The used share of the cache of keys and values, 0 to 1.
    case cacheUsage = "cache_usage"
    /// From a request to its first token, seconds.
    case timeToFirstToken = "time_to_first_token"
    /// From one token to the next, seconds.
    case interTokenTime = "inter_token_time"
}

/// How a signal is exposed.
extension ServiceSignal {
    /// The gauge, or the counter of those that are counted; nil for what serves others only.
    ///
    /// Of durations and sizes it is the mean over the last interval.
    public var descriptor: MetricDescriptor? {
        switch self {
        case .queueLength:
            MetricDescriptor(.gauge, "latencyd_service_queue_length", help: "Requests that wait in the server's queue.")
        case .queueTime:
            MetricDescriptor(
                .gauge, "latencyd_service_queue_seconds", unit: .seconds,
                help: "Mean wait in the server's queue, of requests of the last interval.")
        case .batchSize:
            MetricDescriptor(
                .gauge, "latencyd_service_batch_size", help: "Mean size of the batches of the last interval.")
        case .batchSizeMax: nil
        case .batchEfficiency:
            MetricDescriptor(
                .gauge, "latencyd_service_batch_efficiency_ratio", unit: .ratio,
                help: "Mean batch size of the last interval as a share of the largest possible one.")
        case .requestTime:
            MetricDescriptor(
                .gauge, "latencyd_service_request_seconds", unit: .seconds,
                help: "Mean duration of the requests of the last interval, as the server measured it.")
        case .requests:
            MetricDescriptor(.counter, "latencyd_service_requests", help: "Requests that the server ended.")
        case .errors:
            MetricDescriptor(.counter, "latencyd_service_errors", help: "Requests that failed in the server.")
        case .runningRequests:
            MetricDescriptor(
                .gauge, "latencyd_service_running_requests", help: "Requests that the server works on now.")
        case .cacheUsage:
            MetricDescriptor(
                .gauge, "latencyd_service_cache_usage_ratio", unit: .ratio,
                help: "Used share of the server's cache of keys and values.")
        case .timeToFirstToken:
            MetricDescriptor(
                .gauge, "latencyd_service_time_to_first_token_seconds", unit: .seconds,
                help: "Mean time to the first token, of requests of the last interval.")
        case .interTokenTime:
            MetricDescriptor(
                .gauge, "latencyd_service_inter_token_seconds", unit: .seconds,
                help: "Mean time between tokens in the last interval.")
        }
    }

    /// The histogram that there is beside the mean where the server gives buckets; a timing like those that are pushed.
    public var timing: MetricDescriptor? {
        switch self {
        case .queueTime:
            Self.timing("queue_duration_seconds", .seconds, "Waits in the server's queue, from its own buckets.")
        case .requestTime:
            Self.timing("request_duration_seconds", .seconds, "Durations of requests, from the server's own buckets.")
        case .timeToFirstToken:
            Self.timing(
                "first_token_duration_seconds", .seconds, "Times to the first token, from the server's own buckets.")
        case .interTokenTime:
            Self.timing(
                "inter_token_duration_seconds", .seconds, "Times between tokens, from the server's own buckets.")
        case .batchSize: Self.timing("batch_size_requests", .none, "Sizes of batches, from the server's own counts.")
        default: nil
        }
    }

    private static func timing(_ name: String, _ unit: MetricUnit, _ help: String) -> MetricDescriptor {
        MetricDescriptor(.histogram, "latencyd_service_" + name, unit: unit, help: help)
    }

    /// Whether gauges of several series of one model are added up, as queues are; of others the largest counts.
    var isAddedUp: Bool {
        switch self {
        case .queueLength, .runningRequests, .requests, .errors: true
        default: false
        }
    }
}
