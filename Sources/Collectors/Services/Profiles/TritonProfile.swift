internal import Platform
internal import Telemetry

extension ServiceProfile {
    /// NVIDIA Triton Inference Server. Reference: its documentation of metrics and of the statistics extension.
    static let triton = ServiceProfile(
        id: "triton", title: "NVIDIA Triton Inference Server", ports: [8002],
        pageSwitch: "start Triton without --allow-metrics=false, and take the port of --metrics-port",
        modelLabels: ["model"],
        signals: [
            .queueLength: [.gauge("nv_inference_pending_request_count")],
            // Summaries have quantiles as well, and the sums of both are the same.
            .queueTime: [
                .distribution("nv_inference_queue_summary_us", scale: SignalSource.microseconds),
                .mean(
                    of: "nv_inference_queue_duration_us", per: "nv_inference_request_success",
                    scale: SignalSource.microseconds),
            ],
            .requestTime: [
                .distribution("nv_inference_request_summary_us", scale: SignalSource.microseconds),
                .mean(
                    of: "nv_inference_request_duration_us", per: "nv_inference_request_success",
                    scale: SignalSource.microseconds),
            ],
            // The exact sizes where the API is asked.
            .batchSize: [
                .distribution("api:batch_size"), .mean(of: "nv_inference_count", per: "nv_inference_exec_count"),
            ],
            .batchSizeMax: [.gauge("api:max_batch_size")],
            .requests: [.counter("nv_inference_request_success", "nv_inference_request_failure")],
            .errors: [.counter("nv_inference_request_failure")],
            .timeToFirstToken: [
                .distribution("nv_inference_first_response_histogram_ms", scale: SignalSource.milliseconds)
            ],
        ],
        switches: [
            .queueLength: "update Triton to 2.39 (container 23.10) or newer",
            .batchSizeMax: "set api_url to Triton's HTTP address, usually port 8000",
            .timeToFirstToken:
                "start Triton with --metrics-config histogram_latencies=true (decoupled models only)",
        ],
        signatures: ["nv_inference_"], api: TritonAPI(), apiPorts: [8000])
}

/// The statistics and model configuration extensions of Triton's HTTP API.
struct TritonAPI: ServiceAPI {
    static let statistics = "/v2/models/stats"
    /// The configurations of so many models are asked for.
    static let modelsMax = 64
    /// A model's configuration is asked again every so many rounds.
    static let configurationRounds: UInt64 = 60

    func paths(round: UInt64, after answers: [String: [ScrapedSample]]) -> [String] {
        let models = Set((answers[Self.statistics] ?? []).compactMap { $0.labels["model"] }).sorted()
        let paths = models.prefix(Self.modelsMax).compactMap { model in
            URLPath.component(model).map { "/v2/models/\($0)/config" }
        }
        return [Self.statistics] + paths.filter { answers[$0] == nil || round.isMultiple(of: Self.configurationRounds) }
    }

    func samples(path: String, body: [UInt8]) throws(ServiceAPIError) -> [ScrapedSample] {
        do throws(JSONScanner.Problem) {
            return path == Self.statistics ? try statistics(body) : try configuration(body)
        } catch {
            throw ServiceAPIError(error.description)
        }
    }

    private func configuration(_ body: [UInt8]) throws(JSONScanner.Problem) -> [ScrapedSample] {
        var scanner = JSONScanner(body)
        var model: String?
        var size = 0.0
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "name": model = try scanner.string()
            case "max_batch_size": size = try scanner.number()
            default: try scanner.skip()
            }
        }
        try scanner.end()
        guard let model else { throw scanner.problem("a model without 'name'") }
        // 0 is a model that does not batch.
        return [ScrapedSample("api:max_batch_size", ["model": model], max(size, 1))]
    }

    private func statistics(_ body: [UInt8]) throws(JSONScanner.Problem) -> [ScrapedSample] {
        var scanner = JSONScanner(body)
        var samples: [ScrapedSample] = []
        var count = 0
        var isList = false
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            guard name == "model_stats" else { return try scanner.skip() }
            isList = true
            try scanner.array { scanner throws(JSONScanner.Problem) in
                count += 1
                guard count <= ServiceAPILimits.modelsMax else { return try scanner.skip() }
                samples += try BatchStatistics(&scanner).samples
            }
        }
        try scanner.end()
        guard isList else { throw scanner.problem("no 'model_stats'") }
        return samples
    }
}

/// What Triton's statistics say of the batches of one version of a model.
private struct BatchStatistics {
    private var name: String?
    private var version = ""
    private var batches: [(size: Double, count: Double)] = []

    init(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        var (name, version): (String?, String) = (nil, "")
        var batches: [(size: Double, count: Double)] = []
        try scanner.object { scanner, member throws(JSONScanner.Problem) in
            switch member {
            case "name": name = try scanner.string()
            case "version": version = try scanner.string()
            case "batch_stats":
                try scanner.array { scanner throws(JSONScanner.Problem) in batches.append(try Self.batch(&scanner)) }
            default: try scanner.skip()
            }
        }
        guard name != nil else { throw scanner.problem("a model without 'name'") }
        (self.name, self.version, self.batches) = (name, version, batches)
    }

    private static func batch(
        _ scanner: inout JSONScanner
    ) throws(JSONScanner.Problem) -> (size: Double, count: Double) {
        var size: Double?
        var count: Double?
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "batch_size": size = try scanner.number()
            case "compute_infer":
                try scanner.object { scanner, name throws(JSONScanner.Problem) in
                    if name == "count" { count = try scanner.number() } else { try scanner.skip() }
                }
            default: try scanner.skip()
            }
        }
        guard let size, let count else { throw scanner.problem("a batch without its size or count") }
        return (size, count)
    }

    /// The sizes as a histogram with bounds that never change, else a size that is met for the first time would look
    /// like a server that began anew.
    var samples: [ScrapedSample] {
        let labels: LabelSet = ["model": name ?? "", "version": version]
        let buckets = BatchBounds.all.map { bound in
            ScrapedSample(
                "api:batch_size_bucket", labels.adding([Label("le", "\(bound)")]),
                batches.lazy.filter { $0.size <= bound }.map(\.count).reduce(0, +))
        }
        return buckets + [
            ScrapedSample("api:batch_size_sum", labels, batches.lazy.map { $0.size * $0.count }.reduce(0, +)),
            ScrapedSample("api:batch_size_count", labels, batches.lazy.map(\.count).reduce(0, +)),
        ]
    }
}

/// Bounds of batch sizes: each size up to 32, then four steps for each power of two, then +Inf.
enum BatchBounds {
    static let all: [Double] =
        (1...32).map(Double.init)
        + (5...11).flatMap { power in (1...4).map { Double(1 << power) * (1 + Double($0) / 4) } } + [.infinity]
}
