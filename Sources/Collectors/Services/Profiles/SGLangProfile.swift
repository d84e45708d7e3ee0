extension ServiceProfile {
    /// SGLang. Reference: sglang/srt/observability/metrics_collector.py, and sglang/srt/metrics/collector.py of older
    /// versions.
    static let sGLang = ServiceProfile(
        id: "sglang", title: "SGLang", ports: [30000],
        pageSwitch: "start SGLang with --enable-metrics",
        modelLabels: ["model_name"],
        signals: [
            .queueLength: [.gauge("sglang:num_queue_reqs")],
            .queueTime: [.distribution("sglang:queue_time_seconds"), .gauge("sglang:avg_request_queue_latency")],
            // All that run are worked on together: the batch changes with every token.
            .batchSize: [.gauge("sglang:num_running_reqs")],
            .runningRequests: [.gauge("sglang:num_running_reqs")],
            .requestTime: [.distribution("sglang:e2e_request_latency_seconds")],
            .requests: [.counter("sglang:num_requests_total")],
            .errors: [.counter("sglang:http_responses_total", where: .label("status_code", begins: "5"))],
            .cacheUsage: [.gauge("sglang:token_usage")],
            .timeToFirstToken: [.distribution("sglang:time_to_first_token_seconds")],
            .interTokenTime: [.distribution("sglang:inter_token_latency_seconds")],
        ],
        switches: [.queueTime: "update SGLang to 0.4.6 or newer"],
        signatures: ["sglang:"])
}
