extension ServiceProfile {
    /// vLLM. Reference: vllm/v1/metrics/loggers.py, and vllm/engine/metrics.py of versions before 0.8.
    static let vLLM = ServiceProfile(
        id: "vllm", title: "vLLM", ports: [8000],
        pageSwitch: "start vLLM's OpenAI server (vllm serve), which has the page",
        modelLabels: ["model_name"],
        signals: [
            .queueLength: [.gauge("vllm:num_requests_waiting")],
            .queueTime: [
                .distribution("vllm:request_queue_time_seconds"), .distribution("vllm:time_in_queue_requests"),
            ],
            // All that run are worked on together: the batch changes with every token.
            .batchSize: [.gauge("vllm:num_requests_running")],
            .runningRequests: [.gauge("vllm:num_requests_running")],
            .requestTime: [.distribution("vllm:e2e_request_latency_seconds")],
            .requests: [.counter("vllm:request_success_total", "vllm:admission_rejections_total")],
            // Finished ones name what ended them, rejected ones do not. Those that clients broke off are no errors.
            .errors: [
                .counter(
                    "vllm:request_success_total", "vllm:admission_rejections_total",
                    where: .label("finished_reason", is: "error", ""))
            ],
            .cacheUsage: [.gauge("vllm:kv_cache_usage_perc"), .gauge("vllm:gpu_cache_usage_perc")],
            .timeToFirstToken: [.distribution("vllm:time_to_first_token_seconds")],
            .interTokenTime: [
                .distribution("vllm:inter_token_latency_seconds"), .distribution("vllm:time_per_output_token_seconds"),
            ],
        ],
        switches: [
            .requests: "start vLLM without --disable-log-stats"
        ],
        signatures: ["vllm:"])
}
