public import Telemetry

/// One way to write metric families down: a file with a type of this protocol and a line in `ExpositionCatalogue`.
public protocol ExpositionFormat: Sendable {
    /// The media types under which a client may ask for this format, the preferred one first.
    var offers: [MediaOffer] { get }

    /// Appends `family`, of which at least one sample is fit to be exposed; the others are to be passed over.
    func append(_ family: MetricFamily, to page: inout [UInt8])

    /// Appends what stands once at the end of a page.
    func appendEnd(to page: inout [UInt8])
}

extension ExpositionFormat {
    public func appendEnd(to page: inout [UInt8]) {}

    /// The whole page of `families`, in their order. A family without a sample that can be exposed is left out.
    public func page(_ families: [MetricFamily]) -> [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(families.reduce(0) { $0 + $1.expectedBytes })
        for family in families where family.hasExposableSample {
            append(family, to: &page)
        }
        appendEnd(to: &page)
        return page
    }
}

/// One media type under which a format is offered.
public struct MediaOffer: Sendable, Equatable {
    /// Type and subtype in lower case, for example `text/plain`.
    public let mediaType: String
    /// A client that names another `version` does not mean this offer; nil when the type has no versions.
    public let version: String?
    /// Parameters that the client must name with these values (lower case) for this offer to be meant.
    public let required: [String: String]
    /// The `Content-Type` of the answer.
    public let contentType: String

    public init(
        _ mediaType: String, version: String? = nil, required: [String: String] = [:], contentType: String
    ) {
        self.mediaType = mediaType
        self.version = version
        self.required = required
        self.contentType = contentType
    }
}
