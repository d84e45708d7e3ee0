import TestSupport
import Testing

@testable import Collectors

/// Two states of a server, and what the profile has to read from the second one. The expected values were worked out by
/// hand from the numbers that stand in the captures.
@Suite("What profiles read from captured pages")
struct ProfileReadingsTests {
    struct Case: Sendable, CustomStringConvertible {
        let profile: String
        let first: String
        var second: String?
        /// How far samples go on after the first page, where there is no second.
        var steps: [String: Double] = [:]
        let expected: [String: Double]

        var description: String { second ?? first }
    }

    static let cases = languageModels + others + batching

    @Test("have the expected values", arguments: cases)
    func readings(_ entry: Case) throws {
        let profile = try #require(ServiceProfiles[entry.profile])
        var readings = PageReadings(profile)
        let first = ServerPage(entry.first)
        let second = entry.second.map { ServerPage($0) } ?? first.advanced(entry.steps)
        var api: [String: [ScrapedSample]] = [:]
        if entry.profile == "torchserve" {
            api = Dictionary(grouping: try TorchServeCapture.samples(), by: \.name)
        }
        // Minutes lie between the pages: what began in between counted more than new series may.
        _ = readings.take(first.beginning(what: second).samples.merging(api) { one, _ in one })
        let round = readings.take(second.samples.merging(api) { one, _ in one })
        #expect(FlatReadings.differences(FlatReadings.flat(round.readings), entry.expected) == [])
        #expect(round.droppedCount == 0)
    }

    @Test("every profile has such a pair of pages")
    func complete() {
        #expect(Set(Self.cases.map(\.profile)) == Set(ServiceProfiles.all.map(\.id)))
    }

    private static let llama = "meta-llama/Llama-3.1-8B-Instruct"

    private static let languageModels: [Case] = [
        Case(
            profile: "vllm", first: "vllm-0.33.0-fresh", second: "vllm-0.33.0-load",
            expected: [
                "queue_length \(llama)": 9, "running_requests \(llama)": 16, "batch_size \(llama)": 16,
                "queue_time \(llama)": 48.668208268123436 / 120, "queue_time \(llama) in buckets": 120,
                "request_time \(llama)": 319.9692218466207 / 120, "request_time \(llama) in buckets": 120,
                // 104 + 14 + 2 ended, 2 not admitted.
                "requests \(llama)": 122, "errors \(llama)": 2, "cache_usage \(llama)": 0.734375,
                "time_to_first_token \(llama)": 54.75339122261567 / 120,
                "time_to_first_token \(llama) in buckets": 120,
                "inter_token_time \(llama)": 264.97583062400435 / 15516,
                "inter_token_time \(llama) in buckets": 15516,
            ]),
        Case(
            profile: "vllm", first: "vllm-0.33.0-fresh", second: "vllm-0.33.0-load-two-engines",
            expected: [
                // Queues add up; the cache and the batch are those of the fuller engine.
                "queue_length \(llama)": 12, "running_requests \(llama)": 32, "batch_size \(llama)": 16,
                "queue_time \(llama)": (29.697886458523875 + 18.970321809599554) / 120,
                "queue_time \(llama) in buckets": 120,
                "request_time \(llama)": (170.82313648573762 + 149.14608536088323) / 120,
                "request_time \(llama) in buckets": 120,
                "requests \(llama)": 122, "errors \(llama)": 2, "cache_usage \(llama)": 0.734375,
                "time_to_first_token \(llama)": (32.47873499776091 + 22.27465622485473) / 120,
                "time_to_first_token \(llama) in buckets": 120,
                "inter_token_time \(llama)": (138.22440148797685 + 126.75142913602836) / 15516,
                "inter_token_time \(llama) in buckets": 15516,
            ]),
        Case(
            profile: "vllm", first: "vllm-0.9.2-fresh", second: "vllm-0.9.2-load", expected: olderVLLM),
        Case(
            profile: "vllm", first: "vllm-0.6.6-fresh", second: "vllm-0.6.6-load", expected: olderVLLM),
        Case(
            profile: "sglang", first: "sglang-0.5.23-fresh", second: "sglang-0.5.23-load",
            expected: [
                "queue_length \(llama)": 9, "running_requests \(llama)": 16, "batch_size \(llama)": 16,
                "queue_time \(llama)": 48.65151283361804 / 118, "queue_time \(llama) in buckets": 118,
                "request_time \(llama)": (102.0131078114081 + 213.50095074592545) / 118,
                "request_time \(llama) in buckets": 118,
                "requests \(llama)": 118, "cache_usage \(llama)": 0.73,
                "time_to_first_token \(llama)": (21.480459635348563 + 33.200132714783955) / 118,
                "time_to_first_token \(llama) in buckets": 118,
                "inter_token_time \(llama)": 260.5974662072002 / 15249, "inter_token_time \(llama) in buckets": 15249,
            ]),
        Case(
            profile: "sglang", first: "sglang-0.4.6-fresh", second: "sglang-0.4.6-load",
            expected: [
                "queue_length \(llama)": 9, "running_requests \(llama)": 16, "batch_size \(llama)": 16,
                "queue_time \(llama)": 0.4055684,
                "request_time \(llama)": 319.9692218466207 / 120, "request_time \(llama) in buckets": 120,
                "requests \(llama)": 120, "cache_usage \(llama)": 0.73,
                "time_to_first_token \(llama)": 54.75339122261567 / 120,
                "time_to_first_token \(llama) in buckets": 120,
                "inter_token_time \(llama)": 264.97583062400435 / 15516,
                "inter_token_time \(llama) in buckets": 15516,
            ]),
        Case(
            profile: "tgi", first: "tgi-g003eaec-fresh", second: "tgi-g003eaec-load",
            expected: [
                "queue_length": 9, "running_requests": 16, "batch_size": 16,
                "queue_time": 45.19249073377659 / 116, "queue_time in buckets": 116,
                "request_time": 298.8910874791606 / 116, "request_time in buckets": 116,
                // 3 overloaded, 2 broke down; 3 that were not valid are the clients'.
                "requests": 124, "errors": 5,
                "inter_token_time": 2.0280645709108005 / 116, "inter_token_time in buckets": 116,
            ]),
        Case(
            profile: "trtllm", first: "trtllm-g050f80d-fresh", second: "trtllm-g050f80d-load",
            expected: tensorRTLLM("nemotron-nano-3").merging([
                "queue_length nemotron-nano-3": 9, "running_requests nemotron-nano-3": 16,
                "cache_usage nemotron-nano-3": 0.734375, "batch_size nemotron-nano-3": 15,
                "batch_size_max nemotron-nano-3": 16,
                "requests nemotron-nano-3": 120, "errors nemotron-nano-3": 2,
            ]) { one, _ in one }),
        Case(
            profile: "trtllm", first: "trtllm-g050f80d-fresh", second: "trtllm-g050f80d-load-no-iteration-stats",
            expected: tensorRTLLM("nemotron-nano-3").merging([
                "batch_size nemotron-nano-3": 15, "requests nemotron-nano-3": 120, "errors nemotron-nano-3": 2,
            ]) { one, _ in one }),
        Case(
            profile: "trtllm", first: "trtllm-g89fd9b7-fresh", second: "trtllm-g89fd9b7-load",
            expected: tensorRTLLM("undefined").merging(["requests undefined": 118]) { one, _ in one }),
        Case(
            profile: "llamacpp", first: "llamacpp",
            steps: [
                "llamacpp:tokens_predicted_total": 100, "llamacpp:tokens_predicted_seconds_total": 2,
                // 99 decodes of 1 slot, then 50 of 3: 249 / 149.
                "llamacpp:n_decode_total": 50, "llamacpp:n_busy_slots_per_decode": 100.0 / 149,
            ],
            expected: ["queue_length": 0, "running_requests": 0, "batch_size": 3, "inter_token_time": 0.02]),
        Case(
            profile: "llamacpp", first: "llamacpp-2025-02",
            expected: ["queue_length": 3, "running_requests": 1, "cache_usage": 0.25]),
    ]

    private static let olderVLLM: [String: Double] = [
        "queue_length \(llama)": 9, "running_requests \(llama)": 16, "batch_size \(llama)": 16,
        "queue_time \(llama)": 48.668208268123436 / 120, "queue_time \(llama) in buckets": 120,
        "request_time \(llama)": 319.9692218466207 / 120, "request_time \(llama) in buckets": 120,
        "requests \(llama)": 120, "cache_usage \(llama)": 0.734375,
        "time_to_first_token \(llama)": 54.75339122261567 / 120, "time_to_first_token \(llama) in buckets": 120,
        "inter_token_time \(llama)": 264.97583062400435 / 15516, "inter_token_time \(llama) in buckets": 15516,
    ]

    private static func tensorRTLLM(_ model: String) -> [String: Double] {
        [
            "queue_time \(model)": 48.65151283361804 / 118, "queue_time \(model) in buckets": 118,
            "request_time \(model)": 315.5140585573335 / 118, "request_time \(model) in buckets": 118,
            "time_to_first_token \(model)": 54.68059235013255 / 118,
            "time_to_first_token \(model) in buckets": 118,
            "inter_token_time \(model)": 2.0196388438963027 / 118, "inter_token_time \(model) in buckets": 118,
        ]
    }

    private static let others: [Case] = [
        Case(
            profile: "torchserve", first: "torchserve",
            steps: [
                "ts_inference_requests_total": 10, "ts_queue_latency_microseconds": 50_000,
                "ts_inference_latency_microseconds": 200_000,
            ],
            expected: [
                "queue_length lin": 7, "queue_time lin": 0.005, "request_time lin": 0.02, "requests lin": 10,
                "batch_size_max lin": 4,
            ]),
        Case(
            profile: "mlserver", first: "mlserver",
            steps: [
                "model_infer_request_success_total": 8, "model_infer_request_failure_total": 2,
                "model_infer_request_duration_count": 10, "model_infer_request_duration_sum": 0.5,
                "rest_server_request_duration_seconds_bucket": 10,
                "rest_server_request_duration_seconds_count": 10, "rest_server_request_duration_seconds_sum": 0.04,
            ],
            // Ten reads of GET went on as well, and are not in.
            expected: [
                "request_time dbl": 0.05, "request_time in buckets": 10, "requests dbl": 10, "errors dbl": 2,
                "running_requests": 0,
            ]),
        Case(
            profile: "kserve", first: "kserve-0.21.0-fresh", second: "kserve-0.21.0-load",
            expected: [
                "request_time income": 11.306181885989645 / 297, "request_time income in buckets": 297,
                "request_time churn": 3.6071056420187233 / 96, "request_time churn in buckets": 96,
                "requests income": 297, "requests churn": 96,
            ]),
        Case(
            profile: "ovms", first: "ovms-g01e34f9-fresh", second: "ovms-g01e34f9-load-all-metrics",
            expected: openVINO.merging([
                "queue_length resnet": 9, "queue_length face-detection": 0,
                "running_requests resnet": 4, "running_requests face-detection": 1,
            ]) { one, _ in one }),
        Case(
            profile: "ovms", first: "ovms-g01e34f9-fresh", second: "ovms-g01e34f9-load",
            expected: openVINO.merging([
                "running_requests resnet": 13, "running_requests face-detection": 1,
            ]) { one, _ in one }),
    ]

    private static let openVINO: [String: Double] = [
        "queue_time resnet": 16743594.897252068e-6 / 2400, "queue_time resnet in buckets": 2400,
        "request_time resnet": (27985331.180975527 + 9421343.387456562) * 1e-6 / 2400,
        "request_time resnet in buckets": 2400,
        // 1800 + 600 went well, 9 failed; readiness and metadata are not among them.
        "requests resnet": 2409, "errors resnet": 9,
        "queue_time face-detection": 4199649.833581338e-6 / 600, "queue_time face-detection in buckets": 600,
        "request_time face-detection": (5946258.410971906 + 3471549.4306014692) * 1e-6 / 600,
        "request_time face-detection in buckets": 600,
        "requests face-detection": 600, "errors face-detection": 0,
    ]

    private static let batching: [Case] = [
        Case(
            profile: "triton", first: "triton",
            steps: [
                "nv_inference_request_success": 9, "nv_inference_request_failure": 1,
                "nv_inference_request_summary_us_count": 10, "nv_inference_request_summary_us_sum": 30_000,
                "nv_inference_queue_summary_us_count": 10, "nv_inference_queue_summary_us_sum": 5_000,
                "nv_inference_count": 10, "nv_inference_exec_count": 4, "nv_inference_pending_request_count": 3,
            ],
            // Failures of four reasons.
            expected: Dictionary(
                uniqueKeysWithValues: ["dbl", "llm"].flatMap { model in
                    [
                        ("queue_length \(model)", 3), ("queue_time \(model)", 0.0005),
                        ("request_time \(model)", 0.003), ("batch_size \(model)", 2.5),
                        ("requests \(model)", 13), ("errors \(model)", 4),
                    ]
                })),
        Case(
            profile: "triton", first: "triton-histogram",
            steps: [
                "nv_inference_request_success": 2, "nv_inference_first_response_histogram_ms_count": 2,
                "nv_inference_first_response_histogram_ms_sum": 150,
                "nv_inference_first_response_histogram_ms_bucket": 2,
            ],
            expected: [
                "time_to_first_token async_execute_decouple": 0.075,
                "time_to_first_token async_execute_decouple in buckets": 2, "requests async_execute_decouple": 2,
            ]),
        Case(
            profile: "tfserving", first: "tfserving-g0483edb-fresh", second: "tfserving-g0483edb-load",
            expected: [
                "queue_time": 1.99307e7 * 1e-6 / 4000, "queue_time in buckets": 4000,
                "request_time half_plus_two": (3.03012e7 + 3.1309e7) * 1e-6 / 4000,
                "request_time half_plus_two in buckets": 4000,
                // 4000 OK, 12 not valid, 31 not available.
                "requests half_plus_two": 4043, "errors half_plus_two": 31,
            ]),
        Case(
            profile: "tfserving", first: "tfserving-g0483edb-fresh",
            second: "tfserving-g0483edb-graph-batching-load",
            expected: [
                "queue_time half_plus_two":
                    (398_229 + 704_203 + 1.27548e6 + 2.42373e6 + 3.13916e6 + 1.23046e7) * 1e-6 / 4169,
                "queue_time half_plus_two in buckets": 4169,
                "batch_size half_plus_two": 4169.0 / 812, "batch_size half_plus_two in buckets": 812,
                "batch_size_max half_plus_two": 8,
                "request_time half_plus_two": (3.12277e7 + 3.22761e7) * 1e-6 / 4169,
                "request_time half_plus_two in buckets": 4169,
                "requests half_plus_two": 4212, "errors half_plus_two": 31,
            ]),
        Case(
            profile: "bentoml", first: "bentoml-1.4.39-fresh", second: "bentoml-1.4.39-load",
            expected: [
                "running_requests Summarization": 32, "requests Summarization": 378, "errors Summarization": 7,
                "batch_size Summarization": 316.0 / 22, "batch_size Summarization in buckets": 22,
                "batch_size_max Summarization": 16,
                "request_time Summarization":
                    (6.927224781000405 + 59.745325518972095 + 0.678436142999999) / 378,
                "request_time Summarization in buckets": 378,
            ]),
        Case(
            profile: "bentoml", first: "bentoml-1.4.39-load", second: "bentoml-1.4.39-after",
            expected: [
                "running_requests Summarization": 0, "requests Summarization": 1122, "errors Summarization": 23,
                "batch_size Summarization": 884.0 / 63, "batch_size Summarization in buckets": 63,
                "batch_size_max Summarization": 16,
                "request_time Summarization":
                    (29.181962201015267 + 255.9455773610498 + 3.3311347409980954
                    - (6.927224781000405 + 59.745325518972095 + 0.678436142999999)) / 1122,
                "request_time Summarization in buckets": 1122,
            ]),
        Case(
            profile: "bentoml", first: "bentoml",
            steps: [
                "bentoml_service_request_total": 5, "bentoml_service_request_duration_seconds_count": 10,
                "bentoml_service_request_duration_seconds_sum": 0.2,
                "bentoml_service_request_duration_seconds_bucket": 10, "bentoml_service_request_in_progress": 2,
            ],
            // /readyz went on as well, and is not in.
            expected: [
                "running_requests Dbl": 2, "requests Dbl": 10, "errors Dbl": 5, "request_time Dbl": 0.02,
                "request_time Dbl in buckets": 10,
            ]),
        Case(
            profile: "rayserve", first: "rayserve-2.60.0-fresh", second: "rayserve-2.60.0-load",
            expected: [
                "queue_length Resnet": 38, "running_requests Resnet": 2,
                "queue_time Resnet": 2.977705e6 * 1e-3 / 2004, "queue_time Resnet in buckets": 2004,
                "batch_size Resnet": 580.0 / 203, "batch_size Resnet in buckets": 203,
                "batch_efficiency Resnet": 8840.0 / 203 / 100, "batch_efficiency Resnet in buckets": 203,
                "request_time vision": (1.87355e6 + 35_350) * 1e-3 / 991, "request_time vision in buckets": 991,
                "requests vision": 991, "errors vision": 19,
            ]),
        Case(
            profile: "rayserve", first: "rayserve-2.44.1-fresh", second: "rayserve-2.44.1-load",
            expected: [
                "queue_length Resnet": 25, "running_requests Resnet": 11,
                "request_time vision": (1_679_060.8913898468 + 25_334.77783203125) * 1e-3 / 3364,
                "request_time vision in buckets": 3364, "requests vision": 3364, "errors vision": 66,
            ]),
    ]
}
