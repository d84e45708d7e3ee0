extension ServiceProfile {
    /// KServe's model server for Python. Reference: kserve/metrics.py of kserve/kserve.
    static let kServe = ServiceProfile(
        id: "kserve", title: "KServe (Python)", ports: [8080],
        pageSwitch: "take the HTTP port of the kserve container, whose ModelServer has the page",
        modelLabels: ["model_name"],
        signals: [
            // The work of the model. Its preprocessing and postprocessing stand beside it, and nothing stands for all.
            .requestTime: [.distribution("request_predict_seconds")],
            .requests: [.counter("request_predict_seconds_count")],
        ],
        signatures: ["request_preprocess_seconds", "request_predict_seconds", "request_postprocess_seconds"])
}
