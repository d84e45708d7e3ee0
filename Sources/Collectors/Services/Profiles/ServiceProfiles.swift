/// Every kind of model server that is known, one line each.
public enum ServiceProfiles {
    /// In the order in which a page is recognised: those with more special names first. KServe's process may have the
    /// page of the server that it runs.
    public static let all: [ServiceProfile] = [
        .triton,
        .torchServe,
        .vLLM,
        .sGLang,
        .tgi,
        .tensorRTLLM,
        .tensorFlowServing,
        .openVINO,
        .rayServe,
        .mlServer,
        .llamaCpp,
        .bentoML,
        .kServe,
    ]

    public static subscript(id: String) -> ServiceProfile? { all.first { $0.id == id } }
}
