extension ServiceProfile {
    /// SGLang. Reference: sglang/srt/observability/metrics_collector.py, and sglang/srt/metrics/collector.py of older
    /// versions.
    static let sGLang = ServiceProfile(
        id: "sglang", title: "SGLang", ports: [30000],
        pageSwitch: "start SGLang with --enable-metrics",
        modelLabels: ["model_name"],
        // With --enable-metrics-for-all-schedulers each rank of a group says the same; groups have a dp_rank.
        copyLabels: ["tp_rank", "pp_rank", "moe_ep_rank", "pid"],
        signals: [
            // With priorities there is a queue of each beside the whole one.
            .queueLength: [.gauge("sglang:num_queue_reqs", where: .label("priority", is: ""))],
            .queueTime: [.distribution("sglang:queue_time_seconds"), .gauge("sglang:avg_request_queue_latency")],
            // All that run are worked on together: the batch changes with every token.
            .batchSize: [.gauge("sglang:num_running_reqs", where: .label("priority", is: ""))],
            .runningRequests: [.gauge("sglang:num_running_reqs", where: .label("priority", is: ""))],
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
