import Exporter
import Testing

@Suite("Who may have the daemon do something")
struct RequestOriginTests {
    private func status(_ host: String?, origin: String? = nil, site: String? = nil, path: String = "/-/reload") -> Int
    {
        WebRouter(source: FakeSource()).respond(
            to: WebRequest(
                method: path == "/-/reload" ? "POST" : "GET", path: path, host: host, origin: origin, fetchSite: site)
        ).status
    }

    @Test("is whoever is no browser, by any name")
    func programs() {
        #expect(status("gpu-7:9959") == 200)
        #expect(status(nil) == 200)
    }

    @Test(
        "is no page of another site, nor one that reached the host by a name of its own",
        arguments: [
            ("127.0.0.1:9959", "http://evil.example", nil), ("127.0.0.1:9959", nil, "cross-site"),
            ("127.0.0.1:9959", nil, "same-site"), ("127.0.0.1:9959", "null", nil),
            ("127.0.0.1:9959", "http://127.0.0.1:8080", nil), ("evil.example:9959", "http://evil.example:9959", nil),
            ("evil.example:9959", "http://evil.example:9959", "same-origin"), ("1.2.3.4.evil.example", nil, "none"),
            ("", "http://", nil),
        ] as [(String, String?, String?)])
    func refused(host: String, origin: String?, site: String?) {
        #expect(status(host, origin: origin, site: site) == 403)
        // To look at a page does nothing.
        #expect(status(host, origin: origin, site: site, path: "/-/healthy") == 200)
    }

    @Test(
        "is the daemon's own address in a browser",
        arguments: [
            ("127.0.0.1:9959", "http://127.0.0.1:9959", "same-origin"),
            ("localhost:9959", "https://localhost:9959", nil),
            ("[::1]:9959", "http://[::1]:9959", nil), ("10.0.0.1", nil, "none"),
        ] as [(String, String?, String?)])
    func own(host: String, origin: String?, site: String?) {
        #expect(status(host, origin: origin, site: site) == 200)
    }
}
