/// The format that a client gets, and how it is announced.
public struct ExpositionChoice: Sendable {
    public let format: any ExpositionFormat
    /// The `Content-Type` of the answer.
    public let contentType: String
}

/// Finds the format that a client asks for.
public enum ExpositionNegotiation {
    /// The choice for the `Accept` header `accept`, nil when there is none. A client that asks for nothing on offer
    /// gets the catalogue's first format, as one that does not care.
    ///
    /// Each offer has the quality of the entry that names it most exactly. The best quality wins; among equals the
    /// entry that stands first in the header, then the catalogue's order.
    public static func choose(
        accept: String?, among formats: [any ExpositionFormat] = ExpositionCatalogue.all
    ) -> ExpositionChoice {
        let candidates = formats.flatMap { format in format.offers.map { (format: format, offer: $0) } }
        let fallback = ExpositionChoice(format: formats[0], contentType: formats[0].offers[0].contentType)
        guard let accept, let header = AcceptHeader(accept) else { return fallback }

        var best: (choice: ExpositionChoice, quality: Int, position: Int)?
        for candidate in candidates {
            guard let position = header.position(of: candidate.offer) else { continue }
            let entry = header.entries[position]
            if entry.quality == 0 { continue }
            if let best, (best.quality, -best.position) >= (entry.quality, -position) { continue }
            let contentType = candidate.offer.contentType + escapingParameter(for: entry)
            let choice = ExpositionChoice(format: candidate.format, contentType: contentType)
            best = (choice, entry.quality, position)
        }
        return best?.choice ?? fallback
    }

    /// Every exposed name is valid without escapes, so whatever scheme is asked for, underscores are what it gets.
    private static func escapingParameter(for entry: AcceptEntry) -> String {
        entry.parameters["escaping"] == nil ? "" : "; escaping=underscores"
    }
}

extension AcceptHeader {
    /// Where the entry stands that says most exactly what the client thinks of `offer`; the first of several, nil when
    /// there is none.
    func position(of offer: MediaOffer) -> Int? {
        var best: (exactness: Int, position: Int)?
        for (position, entry) in entries.enumerated() {
            guard let exactness = entry.exactness(for: offer) else { continue }
            if let best, best.exactness >= exactness { continue }
            best = (exactness, position)
        }
        return best?.position
    }
}

extension AcceptEntry {
    /// How exactly this entry names `offer`: 3 with its parameters, 2 the type, 1 `type/*`, 0 `*/*`; nil when it means
    /// something else.
    fileprivate func exactness(for offer: MediaOffer) -> Int? {
        if token == "*/*" { return 0 }
        if token.hasSuffix("/*") { return offer.mediaType.hasPrefix(token.dropLast()) ? 1 : nil }
        guard token == offer.mediaType else { return nil }
        for (name, value) in offer.required where parameters[name] != value { return nil }
        guard let asked = parameters["version"] else { return 2 }
        guard let version = offer.version else { return 2 }
        return asked == version ? 3 : nil
    }
}
