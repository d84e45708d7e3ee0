extension ServiceProfile {
    /// llama.cpp's server. Reference: tools/server/README.md and server.cpp of ggml-org/llama.cpp.
    static let llamaCpp = ServiceProfile(
        id: "llamacpp", title: "llama.cpp server", ports: [8080],
        pageSwitch: "start llama-server with --metrics",
        signals: [
            .queueLength: [.gauge("llamacpp:requests_deferred")],
            .runningRequests: [.gauge("llamacpp:requests_processing")],
            .batchSize: [.lifetimeMean("llamacpp:n_busy_slots_per_decode", weight: "llamacpp:n_decode_total")],
            .interTokenTime: [
                .mean(of: "llamacpp:tokens_predicted_seconds_total", per: "llamacpp:tokens_predicted_total")
            ],
            .cacheUsage: [.gauge("llamacpp:kv_cache_usage_ratio")],
        ],
        signatures: ["llamacpp:"])
}
