internal import Platform
internal import Telemetry

extension ServiceProfile {
    /// TorchServe. Reference: docs/metrics.md and docs/management_api.md of pytorch/serve; RestJob.java for what is counted
    /// when. The time of a request contains its wait.
    static let torchServe = ServiceProfile(
        id: "torchserve", title: "TorchServe", ports: [8082],
        pageSwitch: "write metrics_mode=prometheus in TorchServe's config.properties",
        modelLabels: ["model_name"],
        signals: [
            .queueLength: [.gauge("api:pending_requests")],
            // Requests are counted when they come, times when they end.
            .queueTime: [
                .mean(
                    of: "ts_queue_latency_microseconds", per: "ts_inference_requests_total",
                    scale: SignalSource.microseconds)
            ],
            .requestTime: [
                .mean(
                    of: "ts_inference_latency_microseconds", per: "ts_inference_requests_total",
                    scale: SignalSource.microseconds)
            ],
            .batchSizeMax: [.gauge("api:batch_size")],
            .requests: [.counter("ts_inference_requests_total")],
            // Of the whole server: these name no model.
            .errors: [.counter("Requests5XX")],
        ],
        switches: [
            .queueLength:
                "set api_url to TorchServe's management address, usually port 8081; its token, where it wants one, "
                + "goes into bearer_token_file",
            .requests: "write metrics_mode=prometheus in TorchServe's config.properties",
        ],
        signatures: ["ts_inference_", "ts_queue_"], api: TorchServeAPI(), apiPorts: [8081])
}

/// TorchServe's management API: the list of models, and each one's queue.
struct TorchServeAPI: ServiceAPI {
    /// At most so many are listed in one answer; those beyond are not asked.
    static let list = "/models?limit=100"

    func paths(round: UInt64, after answers: [String: [ScrapedSample]]) -> [String] {
        let models = (answers[Self.list] ?? []).compactMap { $0.labels["model_name"] }
        return [Self.list] + models.compactMap(URLPath.component).map { "/models/\($0)/all" }
    }

    func samples(path: String, body: [UInt8]) throws(ServiceAPIError) -> [ScrapedSample] {
        do {
            if path == Self.list {
                return try JSONText.decode(List.self, from: body).models.map {
                    ScrapedSample("api:model", ["model_name": $0.modelName], 1)
                }
            }
            return try JSONText.decode([Model].self, from: body).flatMap(\.samples)
        } catch {
            throw ServiceAPIError(error.description)
        }
    }

    private struct List: Decodable {
        struct Entry: Decodable {
            let modelName: String
        }
        let models: [Entry]
    }

    /// One version of a model.
    private struct Model: Decodable {
        struct Queue: Decodable {
            let pendingRequests: Double
        }
        let modelName: String
        let modelVersion: String
        let batchSize: Double?
        /// Versions of TorchServe before 0.4 have none.
        let jobQueueStatus: Queue?

        var samples: [ScrapedSample] {
            let labels: LabelSet = ["model_name": modelName, "model_version": modelVersion]
            return [
                jobQueueStatus.map { ScrapedSample("api:pending_requests", labels, $0.pendingRequests) },
                batchSize.map { ScrapedSample("api:batch_size", labels, $0) },
            ].compactMap(\.self)
        }
    }
}
