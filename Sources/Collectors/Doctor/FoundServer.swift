/// A model server that answered on this host.
public struct FoundServer: Sendable, Equatable {
    /// The profile that a service of the configuration has for it.
    public let profile: String
    /// As people call it.
    public let name: String
    /// Where its metrics are.
    public let url: String
    public let port: Int
    /// The family that gave it away.
    public let evidence: String

    public init(profile: String, name: String, url: String, port: Int, evidence: String) {
        self.profile = profile
        self.name = name
        self.url = url
        self.port = port
        self.evidence = evidence
    }

    /// Whether a service with the URL `url` is this one: the same port of this host.
    public func isMeant(by url: String) -> Bool {
        guard let scheme = url.split(separator: ":").first, ["http", "https"].contains(scheme),
            let authority = url.dropFirst(scheme.count).drop(while: { $0 == ":" || $0 == "/" }).split(separator: "/")
                .first
        else { return false }
        let host = authority.prefix { $0 != ":" || authority.hasPrefix("[") }
        let digits = authority.split(separator: ":").last.flatMap { Int($0) }
        let port = digits ?? (scheme == "https" ? 443 : 80)
        let isHere =
            ["localhost", "0.0.0.0"].contains(host) || host.hasPrefix("127.") || authority.hasPrefix("[::1]")
        return isHere && port == self.port
    }
}

/// What model servers' metrics pages look like.
public enum ServerSignature {
    /// What is known of one server.
    struct Known {
        let profile: String
        let name: String
        /// How the names of its families begin.
        let prefixes: [String]
    }

    /// In the order of asking: the more special prefix first.
    static let all = [
        Known(profile: "triton", name: "Triton", prefixes: ["nv_inference_"]),
        Known(profile: "vllm", name: "vLLM", prefixes: ["vllm:"]),
        Known(profile: "sglang", name: "SGLang", prefixes: ["sglang:", "sglang_"]),
        Known(profile: "tgi", name: "TGI", prefixes: ["tgi_"]),
        Known(profile: "llamacpp", name: "llama.cpp", prefixes: ["llamacpp:"]),
        Known(profile: "trtllm", name: "TensorRT-LLM", prefixes: ["trtllm_"]),
        Known(profile: "tfserving", name: "TensorFlow Serving", prefixes: [":tensorflow:"]),
        Known(profile: "ovms", name: "OpenVINO Model Server", prefixes: ["ovms_"]),
        Known(profile: "torchserve", name: "TorchServe", prefixes: ["ts_inference_", "ts_queue_", "Requests2XX"]),
        Known(profile: "rayserve", name: "Ray Serve", prefixes: ["ray_serve_"]),
        Known(
            profile: "mlserver", name: "MLServer",
            prefixes: ["model_infer_request", "rest_server_", "parallel_request_queue"]),
        Known(profile: "bentoml", name: "BentoML", prefixes: ["bentoml_"]),
        Known(profile: "kserve", name: "KServe", prefixes: ["request_preprocess_seconds", "request_predict_seconds"]),
    ]

    /// Where servers' metrics are by default: the port and the paths on it. Reference: each server's documentation.
    public static let places: [(port: Int, paths: [String])] = [
        (8000, ["/metrics", "/prometheus/metrics"]), (8001, ["/metrics"]), (8002, ["/metrics"]), (8080, ["/metrics"]),
        (8081, ["/metrics"]), (8082, ["/metrics"]), (8888, ["/metrics"]), (3000, ["/metrics"]), (5000, ["/metrics"]),
        (8501, ["/monitoring/prometheus/metrics", "/metrics"]), (9000, ["/metrics"]), (9090, ["/metrics"]),
        (30000, ["/metrics"]),
    ]

    /// The server whose page `page` is; nil when it is none that is known.
    public static func recognise(_ page: [UInt8], url: String, port: Int) -> FoundServer? {
        let names = familyNames(page)
        for known in all {
            if let name = names.first(where: { name in known.prefixes.contains { name.hasPrefix($0) } }) {
                return FoundServer(
                    profile: known.profile, name: known.name, url: url, port: port, evidence: name)
            }
        }
        return nil
    }

    /// The names at the beginnings of lines and in `# TYPE` lines, in order, at most 4,096.
    private static func familyNames(_ page: [UInt8]) -> [String] {
        page.split(separator: UInt8(ascii: "\n")).prefix(4_096).compactMap { line in
            let text = line.starts(with: "# TYPE ".utf8) ? line.dropFirst(7) : line
            guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
            let name = text.prefix { $0 > 0x20 && $0 != UInt8(ascii: "{") }.prefix(200)
            return String(validating: name, as: UTF8.self)
        }
    }
}
