import Platform
import Testing

@testable import Collectors

@Suite("The doctor on model servers")
struct ModelServerTests {
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
}
