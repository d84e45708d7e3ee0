import Telemetry
import Testing

@testable import latencyd

@Suite("Which timings are learned")
struct LearnableTimingsTests {
    @Test(
        "by default what looks like a latency, by its unit and the words of its name",
        arguments: [
            ("inference_latency_seconds", MetricUnit.seconds, true), ("latencyd_service_queue_seconds", .seconds, true),
            ("rebuild_seconds", .seconds, true), ("http_Boot_seconds", .seconds, false),
            ("model_load_seconds", .seconds, false), ("session_age_seconds", .seconds, false),
            ("payload_bytes", .bytes, false), ("batch_size", .none, false),
            ("inference_latency", .none, true), ("TTFT", .none, true), ("response_size", .bytes, false),
            ("boot_time", .none, false), ("runtime", .none, false),
        ])
    func standard(_ name: String, _ unit: MetricUnit, _ isLearned: Bool) {
        var learnable = LearnableTimings(nil)
        // The second answer is remembered.
        let answers = [learnable.contains(name, unit), learnable.contains(name, unit)]
        #expect(answers == [isLearned, isLearned])
    }

    @Test("patterns take the place of the default, whatever the unit; none learn nothing")
    func patterns() throws {
        var some = LearnableTimings([try Glob("batch_*")])
        let answers = [some.contains("batch_size", .none), some.contains("inference_latency_seconds", .seconds)]
        #expect(answers == [true, false])
        #expect(!some.isEmpty)
        #expect(LearnableTimings([]).isEmpty)
        #expect(!LearnableTimings(nil).isEmpty)
    }
}
