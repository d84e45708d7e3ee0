/// Every kind of model server that is known, one line each.
public enum ServiceProfiles {
    /// In the order in which a page is recognised: those with more special names first.
    public static let all: [ServiceProfile] = [
        .triton,
        .llamaCpp,
    ]

    public static subscript(id: String) -> ServiceProfile? { all.first { $0.id == id } }
}
