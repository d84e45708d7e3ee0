/// Whether a client wants its answer compressed.
public enum ContentCoding {
    /// Whether the `Accept-Encoding` header `acceptEncoding` takes gzip at least as gladly as the plain bytes; false
    /// when there is none.
    public static func prefersGzip(acceptEncoding: String?) -> Bool {
        guard let acceptEncoding, let header = AcceptHeader(acceptEncoding) else { return false }
        let quality = { (codings: Set<String>) in header.entries.first { codings.contains($0.token) }?.quality }
        let any = quality(["*"])
        let gzip = quality(["gzip", "x-gzip"]) ?? any ?? 0
        // Plain bytes that are not named are welcome, but the client that names gzip means it.
        let identity = quality(["identity"]) ?? 0
        return gzip > 0 && gzip >= identity
    }
}
