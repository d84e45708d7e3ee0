internal import Exporter
internal import Platform

extension StoredAlert {
    init(_ incident: AlertIncident) {
        let annotations = incident.annotations.sorted { $0.key < $1.key }.map { ($0.key, JSONTree.string($0.value)) }
        self.init(
            id: incident.id, labels: incident.labels,
            annotations: String(decoding: JSONTree.object(annotations).bytes, as: UTF8.self), level: incident.level,
            beginSeconds: incident.beginSeconds, endSeconds: incident.endSeconds, peak: incident.peak)
    }
}

extension AlertIncident {
    /// Annotations that cannot be read are left out.
    init(_ stored: StoredAlert) {
        self.init(
            id: stored.id, labels: stored.labels, annotations: Self.annotations(stored.annotations),
            level: stored.level, beginSeconds: stored.beginSeconds, endSeconds: stored.endSeconds, peak: stored.peak)
    }

    private static func annotations(_ text: String) -> [String: String] {
        var scanner = JSONScanner(Array(text.utf8))
        var found: [String: String] = [:]
        try? scanner.object { scanner, name throws(JSONScanner.Problem) in found[name] = try scanner.string() }
        return found
    }
}
