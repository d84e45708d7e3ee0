extension ServiceProfile {
    /// Hugging Face Text Generation Inference. Reference: router/src/server.rs and backends/v3/src/{queue,backend}.rs
    /// of huggingface/text-generation-inference. It names no model, and shows a family from its first use on.
    static let tgi = ServiceProfile(
        id: "tgi", title: "Text Generation Inference", ports: [3000, 80, 9000],
        signals: [
            .queueLength: [.gauge("tgi_queue_size")],
            .queueTime: [.distribution("tgi_request_queue_duration")],
            .batchSize: [.gauge("tgi_batch_current_size")],
            .runningRequests: [.gauge("tgi_batch_current_size")],
            .requestTime: [.distribution("tgi_request_duration")],
            .requests: [.counter("tgi_request_count")],
            // What clients did wrong, or broke off, is no failure of the server.
            .errors: [
                .counter("tgi_request_failure", where: .label("err", is: "overloaded", "generation", "incomplete"))
            ],
            .interTokenTime: [.distribution("tgi_request_mean_time_per_token_duration")],
        ],
        signatures: ["tgi_"])
}
