import Telemetry
import Testing

@testable import Collectors

@Suite("APIs of model servers")
struct ServiceAPITests {
    @Test("TorchServe's tell the queue and the largest batch of each version of each model")
    func torchServe() throws {
        let labels = try TorchServeCapture.samples(TorchServeCapture.model, "torchserve-0.12-model")
        #expect(
            labels == [
                ScrapedSample("api:pending_requests", ["model_name": "lin", "model_version": "1.0"], 7),
                ScrapedSample("api:batch_size", ["model_name": "lin", "model_version": "1.0"], 4),
            ])
    }

    @Test("TorchServe is asked for its models, then for each of them")
    func torchServePaths() throws {
        let api = TorchServeAPI()
        #expect(api.paths(round: 0, after: [:]) == ["/models?limit=100"])
        let list = try TorchServeCapture.samples(TorchServeAPI.list, "torchserve-0.12-models")
        #expect(api.paths(round: 1, after: [TorchServeAPI.list: list]) == ["/models?limit=100", "/models/lin/all"])
    }

    @Test("an answer that is none is an error", arguments: ["", "[]", "{}", #"{"models":[{}]}"#, "<html>"])
    func garbage(_ body: String) {
        #expect(throws: ServiceAPIError.self) {
            try TorchServeAPI().samples(path: TorchServeAPI.list, body: Array(body.utf8))
        }
        #expect(throws: ServiceAPIError.self) {
            try TritonAPI().samples(path: TritonAPI.statistics, body: Array(body.utf8))
        }
    }

    @Test("Triton's sizes of batches are a histogram whose bounds stay as they are")
    func triton() throws {
        let samples = try TritonCapture.samples()
        func value(_ name: String, le: String? = nil) -> Double? {
            samples.first { $0.name == name && $0.labels["le"] == le }?.value
        }
        #expect(value("api:batch_size_sum") == 20)
        #expect(value("api:batch_size_count") == 20)
        #expect(value("api:batch_size_bucket", le: "1.0") == 20)
        #expect(value("api:batch_size_bucket", le: "inf") == 20)
        #expect(value("api:max_batch_size") == 16)
        #expect(samples.filter { $0.name == "api:batch_size_bucket" }.count == BatchBounds.all.count)
    }

    @Test("of more models than the limit the first are taken")
    func manyModels() throws {
        let count = ServiceAPILimits.modelsMax + 5
        func list(_ entry: String) -> String { repeatElement(entry, count: count).joined(separator: ",") }
        let models = try TorchServeAPI().samples(
            path: TorchServeAPI.list, body: Array(#"{"models":[\#(list(#"{"modelName":"m"}"#))]}"#.utf8))
        #expect(models.count == ServiceAPILimits.modelsMax)
        let versions = try TorchServeAPI().samples(
            path: "/models/m/all", body: Array(#"[\#(list(#"{"modelName":"m","batchSize":1}"#))]"#.utf8))
        #expect(versions.count == ServiceAPILimits.modelsMax)
        let statistics = try TritonAPI().samples(
            path: TritonAPI.statistics, body: Array(#"{"model_stats":[\#(list(#"{"name":"m"}"#))]}"#.utf8))
        #expect(statistics.filter { $0.name == "api:batch_size_count" }.count == ServiceAPILimits.modelsMax)
    }

    @Test("TorchServe's queue may be absent or null", arguments: ["", #","jobQueueStatus":null"#])
    func noQueue(_ queue: String) throws {
        let samples = try TorchServeAPI().samples(
            path: "/models/m/all", body: Array(#"[{"modelName":"m","modelVersion":"2","batchSize":8\#(queue)}]"#.utf8))
        #expect(samples == [ScrapedSample("api:batch_size", ["model_name": "m", "model_version": "2"], 8)])
    }

    @Test(
        "names of models stand in paths as what they are",
        arguments: [
            ("resnet-50_v1.5", "resnet-50_v1.5"), ("a/b", "a%2fb"), ("a b?c#d", "a%20b%3fc%23d"), ("é", "%c3%a9"),
            ("a\nb", "a%0ab"), ("%2e", "%252e"), ("", nil), (".", nil), ("..", nil),
        ] as [(String, String?)])
    func pathComponents(_ name: String, _ component: String?) {
        #expect(URLPath.component(name) == component)
    }
}
