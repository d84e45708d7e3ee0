extension ServiceProfile {
    /// Ray Serve. Reference: its documentation of monitoring; the pages of Ray 2.44 and 2.60.
    ///
    /// Ray brings its pages up to date every ten seconds.
    static let rayServe = ServiceProfile(
        id: "rayserve", title: "Ray Serve", ports: [8080],
        pageSwitch: "start Ray with --metrics-export-port=8080, and take that port of every node",
        // What the proxies count names the application only.
        modelLabels: ["deployment", "application"],
        signals: [
            .queueLength: [.gauge("ray_serve_deployment_queued_queries")],
            // In the proxy, before a replica takes it. What it waits there for a batch to fill is another wait.
            .queueTime: [
                .distribution("ray_serve_request_router_fulfillment_time_ms", scale: SignalSource.milliseconds)
            ],
            .runningRequests: [.gauge("ray_serve_replica_processing_queries")],
            .batchSize: [.distribution("ray_serve_actual_batch_size")],
            .batchEfficiency: [.distribution("ray_serve_batch_utilization_percent", scale: 0.01)],
            .requestTime: [
                .distribution("ray_serve_http_request_latency_ms", scale: SignalSource.milliseconds),
                .distribution("ray_serve_deployment_processing_latency_ms", scale: SignalSource.milliseconds),
            ],
            .requests: [
                .counter("ray_serve_num_http_requests_total"),
                // Replicas count what went well and what did not apart.
                .counter("ray_serve_deployment_request_counter_total", "ray_serve_deployment_error_counter_total"),
            ],
            .errors: [
                .counter("ray_serve_num_http_error_requests_total", where: .label("error_code", begins: "5")),
                .counter("ray_serve_deployment_error_counter_total"),
            ],
        ],
        switches: [
            .queueTime: "update Ray to 2.60 or newer",
            .batchSize: "update Ray to 2.60 or newer, and give a method of the deployment @serve.batch",
        ],
        signatures: ["ray_serve_"])
}
