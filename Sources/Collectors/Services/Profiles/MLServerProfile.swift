extension ServiceProfile {
    /// MLServer. Reference: docs/user-guide/metrics.md of SeldonIO/MLServer; mlserver/parallel/dispatcher.py and
    /// mlserver/batching for what the queues' histograms observe.
    static let mlServer = ServiceProfile(
        id: "mlserver", title: "MLServer", ports: [8082],
        pageSwitch: "leave metrics_endpoint in MLServer's settings.json at /metrics, and take the port of metrics_port",
        modelLabels: ["model", "model_name"],
        signals: [
            .requestTime: [.distribution("model_infer_request_duration")],
            .requests: [.counter("model_infer_request_success_total", "model_infer_request_failure_total")],
            .errors: [.counter("model_infer_request_failure_total")],
            .runningRequests: [.gauge("rest_server_requests_in_progress", where: .label("method", is: "POST"))],
        ],
        // Those by model have no buckets.
        buckets: [
            .requestTime: [
                .distribution("rest_server_request_duration_seconds", where: .label("method", is: "POST"))
            ]
        ],
        signatures: ["model_infer_request_", "rest_server_request"])
}
