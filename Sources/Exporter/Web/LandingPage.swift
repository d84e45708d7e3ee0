/// A page that says what this is and links to what there is to see.
struct LandingPage {
    let build: BuildInformation
    let isReady: Bool

    /// Nothing is loaded from anywhere; the only style is the one below, known by its SHA-256.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-\(styleDigest)'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"

    /// SHA-256 of `style` in base 64.
    static let styleDigest = "Xs1UHNlh191Bz1rcrpwhK0aVo0K00HlZU84YkWLgYTw="

    static let style = """
        :root{color-scheme:light dark}
        body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;\
        color:#1c2126;background:#fff}
        h1{font-size:1.5rem;margin:0}
        p{margin:.25rem 0 1.5rem;color:#55606b}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.5rem 1.5rem;margin:0}
        dt{font-family:ui-monospace,monospace;font-size:.9rem}
        dd{margin:0}
        a{color:#0b5cad}
        @media(max-width:36rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.75rem}}
        @media(prefers-color-scheme:dark){body{color:#e4e8ec;background:#14181c}p{color:#9aa5b1}a{color:#7cb7ff}}
        """

    func html() -> [UInt8] {
        var page: [UInt8] = []
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.append("<title>latencyd</title>\n<style>")
        page.append(text: Self.style)
        page.append("</style>\n</head>\n<body>\n<h1>latencyd</h1>\n<p>Says when inference latency is not normal, ")
        page.append("and why. Version ")
        page.append(html: build.version)
        if !build.revision.isEmpty {
            page.append(", revision ")
            page.append(html: build.revision)
        }
        page.append(isReady ? ". Ready.</p>\n<dl>\n" : ". Not ready yet.</p>\n<dl>\n")
        for route in WebRouteCatalogue.all {
            guard let summary = route.summary else { continue }
            append(path: route.path, summary, to: &page)
        }
        page.append("</dl>\n</body>\n</html>\n")
        return page
    }

    private func append(path: String, _ summary: String, to page: inout [UInt8]) {
        page.append("<dt><a href=\"")
        page.append(html: path)
        page.append("\">")
        page.append(html: path)
        page.append("</a></dt><dd>")
        page.append(html: summary)
        page.append("</dd>\n")
    }
}
