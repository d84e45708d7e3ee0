extension ServiceProfile {
    /// BentoML. Reference: its documentation of metrics; the pages of BentoML 1.4.
    static let bentoML = ServiceProfile(
        id: "bentoml", title: "BentoML", ports: [3000],
        pageSwitch: "leave metrics.enabled of the service's configuration true",
        modelLabels: ["service_name"],
        signals: [
            // Those that wait for a batch are among them.
            .runningRequests: [.gauge("bentoml_service_request_in_progress", where: noProbes)],
            .batchSize: [.distribution("bentoml_service_adaptive_batch_size")],
            .batchSizeMax: [.highestBound("bentoml_service_adaptive_batch_size")],
            .requestTime: [.distribution("bentoml_service_request_duration_seconds", where: noProbes)],
            .requests: [.counter("bentoml_service_request_total", where: noProbes)],
            .errors: [
                .counter("bentoml_service_request_total", where: noProbes, .label("http_response_code", begins: "5"))
            ],
        ],
        switches: [.batchSize: "give a method of the service @bentoml.api(batchable=True)"],
        signatures: ["bentoml_service_"])

    /// Kubernetes asks more often than people do.
    private static let noProbes = LabelCondition.label(
        "endpoint", isNot: "/", "/healthz", "/livez", "/readyz", "/metrics")
}
