import Exporter
import Telemetry
import Testing

@Suite("routes")
struct WebRouterTests {
    private func response(
        _ method: String, _ path: String, accept: String? = nil, acceptEncoding: String? = nil,
        source: FakeSource = FakeSource()
    ) -> WebResponse {
        WebRouter(source: source).respond(
            to: WebRequest(method: method, path: path, accept: accept, acceptEncoding: acceptEncoding))
    }

    private func text(_ response: WebResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func header(_ name: String, _ response: WebResponse) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    @Test(
        "every route answers with its status, type and body",
        arguments: [
            ("GET", "/-/healthy", 200, "text/plain; charset=utf-8", "latencyd is healthy.\n"),
            ("HEAD", "/-/healthy", 200, "text/plain; charset=utf-8", "latencyd is healthy.\n"),
            ("GET", "/-/ready", 200, "text/plain; charset=utf-8", "latencyd is ready.\n"),
            ("POST", "/-/reload", 200, "text/plain; charset=utf-8", "The configuration was reloaded.\n"),
            ("PUT", "/-/reload", 200, "text/plain; charset=utf-8", "The configuration was reloaded.\n"),
            ("GET", "/api/v1/alerts", 200, "application/json", "{\"alerts\"}"),
            ("GET", "/api/v1/rules?type=alert", 200, "application/json", "{\"rules\"}"),
            (
                "GET", "/api/v1/status/buildinfo", 200, "application/json",
                "{\"status\":\"success\",\"data\":{\"version\":\"0.1.0\",\"revision\":\"abc123\","
                    + "\"swiftVersion\":\"6.3.1\"}}"
            ),
            ("GET", "/nothing", 404, "text/plain; charset=utf-8", "nothing here; / lists what there is.\n"),
            ("GET", "/metrics/", 404, "text/plain; charset=utf-8", "nothing here; / lists what there is.\n"),
            ("GET", "", 404, "text/plain; charset=utf-8", "nothing here; / lists what there is.\n"),
            (
                "GET", "/api/v1/nothing", 404, "application/json",
                "{\"status\":\"error\",\"errorType\":\"not_found\",\"error\":\"nothing here; / lists what there is\"}"
            ),
            (
                "POST", "/api/v1/alerts", 405, "application/json",
                "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"this path answers GET, HEAD only\"}"
            ),
            ("get", "/metrics", 405, "text/plain; charset=utf-8", "this path answers GET, HEAD only.\n"),
        ] as [(String, String, Int, String, String)])
    func answers(method: String, path: String, status: Int, contentType: String, body: String) {
        let response = response(method, path)
        #expect(response.status == status)
        #expect(response.contentType == contentType)
        #expect(text(response) == body)
        #expect(header("X-Content-Type-Options", response) == "nosniff")
        #expect(header("Cache-Control", response) == "no-store")
    }

    @Test(
        "a method that a path does not take is told those that it takes",
        arguments: [
            ("GET", "/-/reload", "POST, PUT"), ("DELETE", "/metrics", "GET, HEAD"), ("POST", "/", "GET, HEAD"),
            ("OPTIONS", "/-/ready", "GET, HEAD"),
        ])
    func allow(method: String, path: String, allowed: String) {
        let response = response(method, path)
        #expect(response.status == 405)
        #expect(header("Allow", response) == allowed)
    }

    @Test("metrics come in the format that was asked for")
    func metrics() {
        let plain = response("GET", "/metrics")
        #expect(plain.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(plain.body == TextFormat().page(TrapFamilies.all))
        #expect(header("Cache-Control", plain) == "no-store")
        #expect(header("Vary", plain) == "Accept, Accept-Encoding")
        let openMetrics = response("GET", "/metrics", accept: "application/openmetrics-text")
        #expect(openMetrics.body == OpenMetricsFormat().page(TrapFamilies.all))
        let protobuf = response(
            "GET", "/metrics",
            accept: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
        #expect(protobuf.body == ProtobufFormat().page(TrapFamilies.all))
    }

    @Test("long bodies are compressed for those who ask, short ones never")
    func gzip() {
        #expect(response("GET", "/metrics", acceptEncoding: "gzip").gzip)
        #expect(!response("GET", "/metrics", acceptEncoding: "gzip;q=0").gzip)
        #expect(!response("GET", "/metrics").gzip)
        #expect(!response("GET", "/-/healthy", acceptEncoding: "gzip").gzip)
    }

    @Test("readiness is 503 until the daemon is ready, health is not touched by it")
    func notReady() {
        let starting = FakeSource(isReady: false)
        #expect(response("GET", "/-/ready", source: starting).status == 503)
        #expect(response("GET", "/-/healthy", source: starting).status == 200)
        #expect(response("GET", "/metrics", source: starting).status == 200)
    }

    @Test("a refused reload is 500 and says why, an error a line")
    func refusedReload() {
        let errors = ["latencyd.yml:3:1: unknown key 'wep'; did you mean 'web'?", "latencyd.yml:9:5: no such unit"]
        let refused = response("POST", "/-/reload", source: FakeSource(outcome: .refused(errors)))
        #expect(refused.status == 500)
        #expect(
            text(refused) == "The configuration was not reloaded; the old one stays in force:\n"
                + errors[0] + "\n" + errors[1] + "\n")
    }

    @Test("what the build says of itself cannot break JSON")
    func hostileBuildInformation() {
        let build = BuildInformation(version: "a\"b\\c\nd\u{1}é", revision: "", swiftVersion: "")
        let body = text(response("GET", "/api/v1/status/buildinfo", source: FakeSource(buildInformation: build)))
        #expect(body.contains("\"version\":\"a\\\"b\\\\c\\nd\\u0001é\","))
    }
}
