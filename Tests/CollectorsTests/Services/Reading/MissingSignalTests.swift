import Platform
import Testing

@testable import Collectors

@Suite("Signals that a server does not show")
struct MissingSignalTests {
    private static let page = """
        nv_inference_request_success{model="a",version="1"} 5
        nv_inference_pending_request_count{model="a",version="1"} 0

        """

    private static let statistics = #"{"model_stats":[{"name":"a","version":"1","batch_stats":[]}]}"#

    /// What is said after some rounds in which Triton's API answers `answers`, by path; nil where it is not asked.
    private static func remedy(_ answers: ((String) -> String)?) throws -> String? {
        let profile = try #require(ServiceProfiles["triton"])
        var source = PageSource(profile)
        let settings = ServiceSettings(
            name: "a", source: .page(profile), url: "http://a/metrics", apiURL: answers.map { _ in "http://a" })
        var remedy: String?
        for _ in 0...ServiceLimits.roundsUntilMissing {
            let requests = source.begin(try ServiceAccess(settings))
            let taken = requests.enumerated().map { place, request in
                if place == 0 {
                    request.sink?.begin(status: 200, contentType: "text/plain")
                    _ = Array(page.utf8).withUnsafeBytes { request.sink?.take($0) }
                }
                let body = place == 0 ? [] : Array(answers?(request.fetch.url).utf8 ?? "".utf8)
                let answer = HTTPPage(status: 200, contentType: "text/plain", body: body, seconds: 0)
                return source.take(ServiceAnswer(request: request, result: .success(answer)), at: place)
            }
            remedy = source.end(taken, at: 0).missing[.batchSizeMax]
        }
        return remedy
    }

    @Test("name the switch, and never one that is set already")
    func switches() throws {
        #expect(try Self.remedy(nil) == ServiceProfiles["triton"]?.switches[.batchSizeMax])
        let unusable = try Self.remedy { $0.hasSuffix("/stats") ? Self.statistics : "[]" }
        #expect(unusable == "api_url is set, and not all of its answers can be used: the log says why")
        // A server that has no model.
        let silent = try Self.remedy { _ in #"{"model_stats":[]}"# }
        #expect(silent == "api_url is set, and its answers do not say it")
        let good = try Self.remedy { $0.hasSuffix("/stats") ? Self.statistics : #"{"name":"a","max_batch_size":8}"# }
        #expect(good == nil)
    }
}
