import TestSupport
import Testing

@testable import Collectors

@Suite("The recognition of model servers")
struct ServerRecognitionTests {
    /// Feeds `page` in pieces of `size` bytes.
    private func recognise(_ page: String, size: Int = 1 << 20) -> (profile: String, evidence: String)? {
        var recognition = ServerRecognition()
        var rest = Array(page.utf8)[...]
        while !rest.isEmpty {
            rest.prefix(size).withUnsafeBytes { recognition.feed($0) }
            rest = rest.dropFirst(size)
        }
        return recognition.finish().map { ($0.profile.id, $0.evidence) }
    }

    @Test("knows every captured page that holds anything, wherever its pieces end", arguments: ServerPage.names)
    func captures(_ name: String) {
        let text = Repository.text("\(ServerPage.folder)/\(name).prom")
        let expected = ServiceProfiles.all.first { ServerPage.names(of: $0).contains(name) }
        let isEmpty = ServerPage(name).families.isEmpty
        for size in [1, 7, 1 << 20] {
            let found = recognise(text, size: size)
            #expect(found?.profile == (isEmpty ? nil : expected?.id), "\(size)")
            if let found { #expect(text.contains(found.evidence)) }
        }
    }

    @Test("knows a server that has served nothing yet by its TYPE lines alone", arguments: ServerPage.names)
    func typesOnly(_ name: String) {
        let text = Repository.text("\(ServerPage.folder)/\(name).prom")
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.joined(separator: "\n")
        let expected = ServiceProfiles.all.first { ServerPage.names(of: $0).contains(name) }
        // Some servers write none.
        if !types.isEmpty { #expect(recognise(types)?.profile == expected?.id) }
    }

    @Test(
        "takes nothing else for one",
        arguments: [
            "", "\n\n", "<html>\nvllm: the engine\n</html>", "vllm:", "# HELP x about vllm:things\nnode_load1 1\n",
            "\u{0}\u{1}", " vllm:x 1\n", "tgi_ 3\n", "nv_inference_count\n", "# TYPE\n# TYPE \n", "xvllm:a 1\n",
            "vllm:x\u{1b}[2J 1\n", "latencyd_service_info{profile=\"vllm\"} 1\n",
        ])
    func stranger(page: String) {
        #expect(recognise(page) == nil)
    }

    @Test("takes the first of the catalogue where a page fits several, in any order of its lines")
    func order() {
        let lines = [
            "request_predict_seconds_count{a=\"b\"} 1", "vllm:num_requests_waiting{a=\"b\"} 1", "node_load1 1",
        ]
        #expect(recognise(lines.joined(separator: "\n"))?.profile == "vllm")
        #expect(recognise(lines.reversed().joined(separator: "\n"))?.profile == "vllm")
    }

    @Test("looks at the beginning of a line of any length, and keeps no more of it")
    func longLines() {
        let long = String(repeating: "x", count: 1 << 20)
        #expect(recognise("\(long)vllm:a 1\n") == nil)
        #expect(recognise("\(long) 1\nvllm:a{b=\"\(long)\"} 1\n")?.evidence == "vllm:a")
        #expect(recognise("vllm:\(long) 1\n") == nil)
    }
}
