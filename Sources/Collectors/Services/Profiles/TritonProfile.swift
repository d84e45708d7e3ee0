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
        do {
            if path == Self.statistics {
                return try JSONText.decode(Statistics.self, from: body).modelStats.flatMap(\.samples)
            }
            let model = try JSONText.decode(Configuration.self, from: body)
            // 0 is a model that does not batch.
            return [ScrapedSample("api:max_batch_size", ["model": model.name], max(model.maxBatchSize ?? 0, 1))]
        } catch {
            throw ServiceAPIError(error.description)
        }
    }

    private struct Configuration: Decodable {
        let name: String
        let maxBatchSize: Double?

        enum CodingKeys: String, CodingKey {
            case name
            case maxBatchSize = "max_batch_size"
        }
    }

    private struct Statistics: Decodable {
        let modelStats: [Model]

        enum CodingKeys: String, CodingKey {
            case modelStats = "model_stats"
        }
    }

    private struct Model: Decodable {
        let name: String
        let version: String
        let batchStats: [Batch]?

        enum CodingKeys: String, CodingKey {
            case name, version
            case batchStats = "batch_stats"
        }

        /// The sizes as a histogram with bounds that never change, else a size that is met for the first time would look
        /// like a server that began anew.
        var samples: [ScrapedSample] {
            let labels: LabelSet = ["model": name, "version": version]
            let batches = batchStats ?? []
            let buckets = BatchBounds.all.map { bound in
                ScrapedSample(
                    "api:batch_size_bucket", labels.adding([Label("le", "\(bound)")]),
                    batches.lazy.filter { $0.batchSize <= bound }.map(\.computeInfer.count).reduce(0, +))
            }
            return buckets + [
                ScrapedSample(
                    "api:batch_size_sum", labels, batches.map { $0.batchSize * $0.computeInfer.count }.reduce(0, +)),
                ScrapedSample("api:batch_size_count", labels, batches.map(\.computeInfer.count).reduce(0, +)),
            ]
        }
    }

    private struct Batch: Decodable {
        let batchSize: Double
        let computeInfer: Count

        enum CodingKeys: String, CodingKey {
            case batchSize = "batch_size"
            case computeInfer = "compute_infer"
        }
    }

    private struct Count: Decodable {
        let count: Double
    }
}

/// Bounds of batch sizes: each size up to 32, then four steps for each power of two, then +Inf.
enum BatchBounds {
    static let all: [Double] =
        (1...32).map(Double.init)
        + (5...11).flatMap { power in (1...4).map { Double(1 << power) * (1 + Double($0) / 4) } } + [.infinity]
}
