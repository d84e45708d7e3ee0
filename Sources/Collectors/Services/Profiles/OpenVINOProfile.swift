extension ServiceProfile {
    /// OpenVINO Model Server. Reference: src/metrics/metric_config.cpp and src/model_metric_reporter.cpp of
    /// openvinotoolkit/model_server.
    ///
    /// `ovms_infer_req_queue_size` is how many may be worked on, not how many wait.
    static let openVINO = ServiceProfile(
        id: "ovms", title: "OpenVINO Model Server", ports: [8000],
        pageSwitch: "start OpenVINO Model Server with --metrics_enable and --rest_port",
        modelLabels: ["name"],
        signals: [
            .queueLength: [.rest(of: "ovms_current_requests", less: "ovms_infer_req_active")],
            .queueTime: [.distribution("ovms_wait_for_infer_req_time_us", scale: SignalSource.microseconds)],
            .requestTime: [.distribution("ovms_request_time_us", scale: SignalSource.microseconds)],
            .requests: [.counter("ovms_requests_success", "ovms_requests_fail", where: inference)],
            .errors: [.counter("ovms_requests_fail", where: inference)],
            // With those that wait, where the server does not tell them apart.
            .runningRequests: [.gauge("ovms_infer_req_active"), .gauge("ovms_current_requests")],
        ],
        switches: [
            .queueLength:
                "start OpenVINO Model Server with --metrics_list naming every family wanted, among them "
                + "ovms_infer_req_active and ovms_current_requests"
        ],
        signatures: ["ovms_"])

    /// Looks at metadata and readiness stand beside them.
    private static let inference = LabelCondition.label("method", is: "Predict", "ModelInfer")
}
