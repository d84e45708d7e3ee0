/// The collectors that a configuration may name.
enum KnownCollectors {
    static let ids = ["thermal", "cpu_frequency", "pressure"]
}
