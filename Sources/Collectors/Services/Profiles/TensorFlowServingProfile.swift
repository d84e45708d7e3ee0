extension ServiceProfile {
    /// TensorFlow Serving. Reference: servables/tensorflow/util.cc and batching/batching_session.cc of
    /// tensorflow/serving, kernels/batching_util/batch_resource_base.cc of tensorflow/tensorflow.
    ///
    /// Its families `batching_session:*_batch_size` and `padding_size` are percentiles, which its page shows as 0.
    static let tensorFlowServing = ServiceProfile(
        id: "tfserving", title: "TensorFlow Serving", ports: [8501], path: "/monitoring/prometheus/metrics",
        pageSwitch:
            "start TensorFlow Serving with --rest_api_port and --monitoring_config_file, in that file "
            + "prometheus_config { enable: true }",
        modelLabels: ["model_name"], digits: 6,
        signals: [
            .queueTime: [
                .distribution(
                    ":tensorflow:serving:batching_session:queuing_latency", scale: SignalSource.microseconds),
                .distribution(":tensorflow:serving:batching:batch_delay_us_v2", scale: SignalSource.microseconds),
            ],
            .batchSize: [.distribution(":tensorflow:serving:batching:batch_size")],
            .batchSizeMax: [.gauge(":tensorflow:serving:batching:max_batch_size")],
            .requestTime: [
                .distribution(":tensorflow:serving:request_latency", scale: SignalSource.microseconds)
            ],
            .requests: [.counter(":tensorflow:serving:request_count")],
            .errors: [
                // INVALID_ARGUMENT and its like are the client's.
                .counter(
                    ":tensorflow:serving:request_count",
                    where: .label(
                        "status", is: "UNKNOWN", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED", "INTERNAL",
                        "UNAVAILABLE", "DATA_LOSS"))
            ],
        ],
        switches: [
            .queueTime: "start TensorFlow Serving with --enable_batching",
            .batchSize: "only models with TensorFlow's BatchFunction show it: --enable_batching alone does not",
        ],
        signatures: [":tensorflow:serving:"])
}
