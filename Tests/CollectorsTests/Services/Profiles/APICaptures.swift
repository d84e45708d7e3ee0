import TestSupport

@testable import Collectors

/// The answers of Triton's statistics and configuration extensions.
enum TritonCapture {
    static func samples() throws -> [ScrapedSample] {
        let api = TritonAPI()
        let statistics = Repository.text("\(ServerPage.folder)/triton-2.51-stats.json")
        return try api.samples(path: TritonAPI.statistics, body: Array(statistics.utf8))
            + api.samples(path: "/v2/models/dbl/config", body: Array(#"{"name":"dbl","max_batch_size":16}"#.utf8))
    }
}

/// The answers of TorchServe's management API.
enum TorchServeCapture {
    static let model = "/models/lin/all"

    static func samples() throws -> [ScrapedSample] {
        try samples(TorchServeAPI.list, "torchserve-0.12-models") + samples(model, "torchserve-0.12-model")
    }

    static func samples(_ path: String, _ name: String) throws -> [ScrapedSample] {
        let body = Repository.text("\(ServerPage.folder)/\(name).json")
        return try TorchServeAPI().samples(path: path, body: Array(body.utf8))
    }
}
