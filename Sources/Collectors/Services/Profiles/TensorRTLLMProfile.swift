extension ServiceProfile {
    /// TensorRT-LLM's `trtllm-serve`. Reference: tensorrt_llm/metrics/collector.py and batch_metrics.py of
    /// NVIDIA/TensorRT-LLM. Version 1.1 has names without the prefix.
    static let tensorRTLLM = ServiceProfile(
        id: "trtllm", title: "TensorRT-LLM (trtllm-serve)", ports: [8000], path: "/prometheus/metrics",
        pageSwitch: "write return_perf_metrics: true into the file of trtllm-serve's --extra_llm_api_options",
        modelLabels: ["model_name"], copyLabels: ["pid", "rank"],
        signals: [
            .queueLength: [.gauge("trtllm_num_requests_waiting")],
            .queueTime: [
                .distribution("trtllm_request_queue_time_seconds"), .distribution("request_queue_time_seconds"),
            ],
            .batchSize: [.gauge("trtllm_scheduled_batch_size"), .gauge("trtllm_num_scheduled_requests")],
            .batchSizeMax: [.gauge("trtllm_max_batch_size_runtime"), .gauge("trtllm_max_batch_size_static")],
            .requestTime: [
                .distribution("trtllm_e2e_request_latency_seconds"), .distribution("e2e_request_latency_seconds"),
            ],
            .requests: [
                .counter("trtllm_request_success_total", "trtllm_request_error_total"),
                .counter("request_success_total"),
            ],
            .errors: [.counter("trtllm_request_error_total", where: .label("http_code", begins: "5"))],
            .runningRequests: [.gauge("trtllm_num_requests_running")],
            .cacheUsage: [.gauge("trtllm_kv_cache_utilization")],
            .timeToFirstToken: [
                .distribution("trtllm_time_to_first_token_seconds"), .distribution("time_to_first_token_seconds"),
            ],
            // One mean of each request.
            .interTokenTime: [
                .distribution("trtllm_time_per_output_token_seconds"), .distribution("time_per_output_token_seconds"),
            ],
        ],
        switches: [
            .queueLength: iterationStatistics,
            .runningRequests: iterationStatistics,
            .cacheUsage: iterationStatistics,
            .batchSizeMax: iterationStatistics,
        ],
        signatures: ["trtllm_", "e2e_request_latency_seconds", "request_queue_time_seconds"])

    private static let iterationStatistics =
        "write enable_iter_perf_stats: true into the file of trtllm-serve's --extra_llm_api_options (after version 1.1)"
}
