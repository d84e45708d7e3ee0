internal import Platform
internal import Telemetry

extension ServiceProfile {
    /// TorchServe. Reference: docs/metrics.md and docs/management_api.md of pytorch/serve; RestJob.java for what is
    /// counted when. The time of a request contains its wait.
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
        do throws(JSONScanner.Problem) {
            return path == Self.list ? try models(body) : try versions(body)
        } catch {
            throw ServiceAPIError(error.description)
        }
    }

    private func models(_ body: [UInt8]) throws(JSONScanner.Problem) -> [ScrapedSample] {
        var scanner = JSONScanner(body)
        var samples: [ScrapedSample] = []
        var isList = false
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            guard name == "models" else { return try scanner.skip() }
            isList = true
            try scanner.array { scanner throws(JSONScanner.Problem) in
                var model: String?
                try scanner.object { scanner, name throws(JSONScanner.Problem) in
                    if name == "modelName" { model = try scanner.string() } else { try scanner.skip() }
                }
                guard let model else { throw scanner.problem("a model without 'modelName'") }
                if samples.count < ServiceAPILimits.modelsMax {
                    samples.append(ScrapedSample("api:model", ["model_name": model], 1))
                }
            }
        }
        try scanner.end()
        guard isList else { throw scanner.problem("no 'models'") }
        return samples
    }

    /// Of all versions of one model.
    private func versions(_ body: [UInt8]) throws(JSONScanner.Problem) -> [ScrapedSample] {
        var scanner = JSONScanner(body)
        var samples: [ScrapedSample] = []
        var count = 0
        try scanner.array { scanner throws(JSONScanner.Problem) in
            count += 1
            guard count <= ServiceAPILimits.modelsMax else { return try scanner.skip() }
            samples += try version(&scanner)
        }
        try scanner.end()
        return samples
    }

    private func version(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> [ScrapedSample] {
        var (model, version, batchSize, pending): (String?, String, Double?, Double?) = (nil, "", nil, nil)
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "modelName": model = try scanner.string()
            case "modelVersion": version = try scanner.string()
            case "batchSize":
                batchSize = try scanner.optional { scanner throws(JSONScanner.Problem) in try scanner.number() }
            // Versions of TorchServe before 0.4 have none.
            case "jobQueueStatus":
                pending =
                    try scanner.optional { scanner throws(JSONScanner.Problem) in try Self.pending(&scanner) } ?? nil
            default: try scanner.skip()
            }
        }
        guard let model else { throw scanner.problem("a model without 'modelName'") }
        let labels: LabelSet = ["model_name": model, "model_version": version]
        return [
            pending.map { ScrapedSample("api:pending_requests", labels, $0) },
            batchSize.map { ScrapedSample("api:batch_size", labels, $0) },
        ].compactMap(\.self)
    }

    private static func pending(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> Double? {
        var pending: Double?
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            if name == "pendingRequests" { pending = try scanner.number() } else { try scanner.skip() }
        }
        return pending
    }
}
