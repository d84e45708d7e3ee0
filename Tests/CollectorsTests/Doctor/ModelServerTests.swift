import Platform
import Testing

@testable import Collectors

@Suite("The doctor on model servers")
struct ModelServerTests {
    @Test(
        "a server is recognised by the names of its families",
        arguments: [
            ("vllm", "# HELP vllm:num_requests_waiting x\n# TYPE vllm:num_requests_waiting gauge\n"),
            ("triton", "process_x 1\nnv_inference_count{model=\"a\"} 3\n"), ("tgi", "tgi_queue_size 0\n"),
            ("sglang", "sglang:num_queue_reqs 1\n"), ("llamacpp", "# TYPE llamacpp:prompt_tokens_total counter\n"),
            ("tfserving", "# TYPE :tensorflow:serving:request_count counter\n"), ("ovms", "ovms_requests_success 0\n"),
            ("torchserve", "ts_inference_requests_total{a=\"b\",} 1\n"), ("torchserve", "Requests2XX{} 1\n"),
            ("rayserve", "ray_serve_deployment_request_counter 1\n"), ("mlserver", "rest_server_requests_total 1\n"),
            ("trtllm", "trtllm_num_requests_waiting 1\n"), ("bentoml", "bentoml_service_request_total 1\n"),
            ("kserve", "# TYPE request_predict_seconds histogram\n"),
        ])
    func recognised(profile: String, page: String) {
        let server = ServerSignature.recognise(Array(page.utf8), url: "http://127.0.0.1:8000/metrics", port: 8000)
        #expect(server?.profile == profile)
        #expect(server.map { page.contains($0.evidence) } == true)
    }

    @Test(
        "a page of something else is none",
        arguments: ["", "<html>vllm: the engine</html>", "# HELP x about vllm:things\nnode_load1 1\n", "\u{0}\u{1}"])
    func stranger(page: String) {
        #expect(ServerSignature.recognise(Array(page.utf8), url: "u", port: 1) == nil)
    }

    private static let server = FoundServer(
        profile: "vllm", name: "vLLM", url: "http://127.0.0.1:8000/metrics", port: 8000, evidence: "vllm:x")

    @Test("ports that may not be looked at leave model servers unknown, not away")
    func deniedPorts() {
        var files = InMemoryHostFiles()
        files.fail(.procfs("net/tcp"), with: .denied)
        let report = examine(ModelServerCheck.self, DoctorHost(files: files))
        #expect(report.status == .unknown)
        #expect(report.notes == ["procfs:net/tcp: permission denied; run as root, or with CAP_DAC_READ_SEARCH"])
    }

    @Test("a server that is not configured is a note with the lines to add")
    func missing() throws {
        let host = DoctorHost(
            files: InMemoryHostFiles(), servers: [Self.server], serviceURLs: ["http://127.0.0.1:8001/metrics"])
        let finding = try #require(examine(ModelServerCheck.self, host).findings.first)
        #expect(finding.severity == .info)
        #expect(
            finding.remedy.last
                == "  - {name: vllm-8000, profile: vllm, url: \"http://127.0.0.1:8000/metrics\"}")
    }

    @Test(
        "a server is configured when a service names its port on this host",
        arguments: [
            ("http://127.0.0.1:8000/metrics", true), ("http://localhost:8000", true), ("http://[::1]:8000/x", true),
            ("https://localhost:8000/", true), ("http://127.0.0.1:8001/metrics", false), ("http://gpu-2:8000/", false),
            ("http://localhost/", false), ("", false), ("8000", false),
        ])
    func configured(url: String, isIt: Bool) {
        #expect(Self.server.isMeant(by: url) == isIt)
    }

    @Test("ports are those on which somebody listens and that this host reaches at its loopback address")
    func ports() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        let version4 =
            head + "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 1\n"
            + "   1: 00000000:1F42 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 1\n"
            + "   2: 0100007F:1F43 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0 0 1\n"
            + "   3: 0500A8C0:1F44 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 0 1\n"
            + "   4: garbage\n"
        let version6 =
            head + "   0: 00000000000000000000000001000000:2328 00000000000000000000000000000000:0000 0A 0:0\n"
            + "   1: 00000000000000000000000000000000:1F42 00000000000000000000000000000000:0000 0A 0:0\n"
        let places = ListeningPorts.all(hostFiles(["proc/net/tcp": version4, "proc/net/tcp6": version6]))
        #expect(places.map(\.port) == [8000, 8002, 9000])
        #expect(places.map(\.host) == ["127.0.0.1", "127.0.0.1", "[::1]"])
        #expect(ListeningPorts.all(InMemoryHostFiles()).isEmpty)
    }

    @Test("every profile is one that a configuration may name, and every port is asked once")
    func catalogue() {
        let profiles = ServerSignature.all.map(\.profile)
        #expect(Set(profiles).count == profiles.count)
        let ports = ServerSignature.places.map(\.port)
        #expect(Set(ports).count == ports.count)
    }
}
