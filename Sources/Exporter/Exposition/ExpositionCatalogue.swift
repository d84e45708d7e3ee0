/// Every exposition format, one line each.
public enum ExpositionCatalogue {
    /// The formats, the one for clients without a preference first.
    public static let all: [any ExpositionFormat] = [
        TextFormat(),
        OpenMetricsFormat(),
        ProtobufFormat(),
    ]
}
