import Exporter
import Testing

@testable import Exporter

@Suite("landing page")
struct LandingPageTests {
    private func page(_ source: FakeSource = FakeSource()) -> WebResponse {
        WebRouter(source: source).respond(to: WebRequest(method: "GET", path: "/"))
    }

    private func html(_ source: FakeSource = FakeSource()) -> String {
        String(decoding: page(source).body, as: UTF8.self)
    }

    @Test("every page that can be looked at is linked with a line about it")
    func links() {
        let html = html()
        for path in [
            "/metrics", "/api/v1/alerts", "/api/v1/rules", "/api/v1/status/buildinfo", "/-/healthy", "/-/ready",
        ] {
            #expect(html.contains("<dt><a href=\"\(path)\">\(path)</a></dt><dd>"))
        }
        #expect(!html.contains("/-/reload"))
    }

    @Test("it is HTML with the version and the state, and nothing is loaded from elsewhere")
    func content() {
        #expect(page().contentType == "text/html; charset=utf-8")
        #expect(html().contains("Version 0.1.0, revision abc123. Ready."))
        #expect(html(FakeSource(isReady: false)).contains("Not ready yet."))
        for word in ["http:", "https:", "src=", "@import", "url(", "<script"] { #expect(!html().contains(word)) }
    }

    @Test("what the build says of itself is escaped")
    func escaped() {
        let build = BuildInformation(version: "<b>\"&'", revision: "</p>", swiftVersion: "")
        let html = html(FakeSource(buildInformation: build))
        #expect(html.contains("Version &lt;b&gt;&quot;&amp;&#39;, revision &lt;/p&gt;. Ready."))
    }

    @Test("the policy allows the style that is in the page and nothing else")
    func policy() throws {
        let policy = try #require(page().headers.first { $0.name == "Content-Security-Policy" }?.value)
        let digest = base64(SHA256.digest(Array(LandingPage.style.utf8)))
        #expect(
            policy == "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'")
        #expect(html().contains("<style>\(LandingPage.style)</style>"))
    }

    @Test("the digest used by these tests agrees with FIPS 180-4's example")
    func digest() {
        #expect(base64(SHA256.digest(Array("abc".utf8))) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
    }

    private func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            let bits = (Array(chunk) + [0, 0]).prefix(3).reduce(0) { $0 << 8 | Int($1) }
            for place in 0..<4 {
                text.append(place <= chunk.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }
}
