internal import Platform

/// The URLs of `services`, which this version does not act on: only for telling which model servers are missing there.
enum ServiceURLs {
    /// Of a document; whatever is not as it should be is left out.
    static func read(_ root: YAMLNode) -> [String] {
        guard case .sequence(let services)? = entry("services", of: root) else { return [] }
        return services.compactMap { service in
            guard case .scalar(let url)? = entry("url", of: service), !url.isNull else { return nil }
            return url.text
        }
    }

    private static func entry(_ key: String, of node: YAMLNode) -> YAMLNode.Content? {
        guard case .mapping(let entries) = node.content else { return nil }
        return entries.first { $0.key == key }?.value.content
    }
}
