import AnomalyDetect
import Collectors
import Exporter
import Telemetry
import Testing

@testable import latencyd

@Suite("The status of a daemon")
struct StatusTextTests {
    static func page(_ text: String) throws -> ScrapedPage {
        var parser = PageParser(format: .text, wanted: .all)
        try Array(text.utf8).withUnsafeBytes { try parser.feed($0) }
        return try parser.finish()
    }

    private static let text = """
        latencyd_build_info{version="0.2.0"} 1
        latencyd_series{type="timing"} 40
        latencyd_series{type="gauge"} 2
        latencyd_push_timings_total 123456
        latencyd_push_dropped_total{reason="series_limit"} 7
        latencyd_push_malformed_total{reason="bad_value"} 1
        latencyd_push_malformed_total{reason="bad_name"} 0
        latencyd_collector_success{collector="thermal"} 1
        latencyd_collector_success{collector="rapl"} 0
        latencyd_service_info{profile="triton",service="b",url="http://h:1/metrics"} 1
        latencyd_service_info{profile="vllm",service="a",url="http://h:2/metrics"} 1
        latencyd_service_info{profile="tgi",service="c",url="http://h:3/metrics"} 1
        latencyd_service_up{profile="triton",service="b"} 1
        latencyd_service_up{profile="vllm",service="a"} 0
        latencyd_service_failure{profile="vllm",reason="refused",service="a"} 1
        latencyd_service_queue_length{model="m",profile="triton",service="b"} 7
        latencyd_service_queue_seconds{model="m",profile="triton",service="b"} 0.0123456
        latencyd_service_cache_usage_ratio{model="m",profile="triton",service="b"} 0.5
        latencyd_service_requests_total{model="m",profile="triton",service="b"} 900
        latencyd_service_signal_missing{profile="triton",service="b",signal="batch_size_max",switch="set api_url"} 1
        """

    private static let alert = FiringAlert(
        labels: ["alertname": "QueueGrows", "severity": "critical"], annotations: ["summary": "a queue of 7"],
        state: "firing", activeAt: "2026-01-01T00:00:00Z", value: "7")

    private static func status(_ alerts: [FiringAlert]? = [alert]) throws -> DaemonStatus {
        DaemonStatus(address: "h:1", page: try page(text), alerts: alerts)
    }

    private static let found = FoundServer(
        profile: "vllm", name: "vLLM", url: "http://127.0.0.1:8000/metrics", port: 8_000, evidence: "vllm:x")

    @Test("each series of a model is shown with what tells it from the others, to people and to scripts")
    func manySeries() throws {
        let status = DaemonStatus(
            address: "h:1",
            page: try Self.page(
                """
                latencyd_service_info{profile="promql",service="a",url="http://h:2"} 1
                latencyd_service_up{profile="promql",service="a"} 1
                latencyd_service_queue_length{model="m",profile="promql",route="x",service="a"} 1
                latencyd_service_queue_length{model="m",profile="promql",route="y",service="a"} 2
                latencyd_service_queue_length{profile="promql",service="a",zone="z"} 3

                """), alerts: [])
        let text = StatusText(isColoured: false).render(status, found: [])
        for line in ["m route=x: queue_length 1.0", "m route=y: queue_length 2.0", "  zone=z: queue_length 3.0"] {
            #expect(text.contains(line), "\(text)")
        }
        let json = StatusJSON.render(status, found: [])
        for part in [
            #"{"model":"m","labels":{"route":"x"},"signals":{"queue_length":1}}"#,
            #"{"model":"m","labels":{"route":"y"},"signals":{"queue_length":2}}"#,
            #"{"model":"","labels":{"zone":"z"},"signals":{"queue_length":3}}"#,
        ] {
            #expect(json.contains(part), "\(json)")
        }
    }

    @Test("fits on a screen: what is pushed and dropped, what fails, services, alerts, servers to be added")
    func screen() throws {
        #expect(
            StatusText(isColoured: false).render(try Self.status(), found: [Self.found]) == """
                latencyd 0.2.0 at http://h:1
                pushed      42 series; since the start 123456 timings taken, dropped: 1 bad_value, 7 series_limit
                collectors  1 work; failing: rapl
                services    a (vllm) down: refused http://h:2/metrics
                            b (triton) up http://h:1/metrics
                              m: queue_length 7.0, queue_time 12.35 ms, cache_usage 50.0 %
                              no batch_size_max: set api_url
                            c (tgi) not read yet http://h:3/metrics
                alerts      critical QueueGrows since 2026-01-01T00:00:00Z: a queue of 7

                Model servers on this host that are not read; to be added to the configuration:
                services:
                  - {name: vllm-8000, profile: vllm, url: "http://127.0.0.1:8000/metrics"}
                """)
    }

    @Test("colours what is wrong, and keeps its own colours whole")
    func colours() throws {
        let text = StatusText(isColoured: true).render(try Self.status(), found: [])
        #expect(text.contains("a (vllm) \u{1b}[1;31mdown: refused\u{1b}[0m http"))
        #expect(text.contains("\u{1b}[32mup\u{1b}[0m"))
        #expect(text.contains("\u{1b}[1;31mcritical\u{1b}[0m QueueGrows"))
        #expect(text.contains("\u{1b}[1;31mfailing: rapl\u{1b}[0m"))
    }

    @Test("what ended lately stands below what fires, and what is muted is marked")
    func ended() throws {
        var status = try Self.status()
        status.alerts?[0].annotations["muted"] = "until T"
        status.ended = [
            EndedAlert(
                labels: ["alertname": "A\u{1b}"], annotations: ["summary": "was slow", "end": "recovered"],
                level: "warning", startsAt: "B", endsAt: "E"),
            EndedAlert(labels: ["alertname": "C"], annotations: ["muted": "until T"], level: "info"),
        ]
        let text = StatusText(isColoured: false).render(status, found: [])
        #expect(text.contains("\nalerts      critical, muted until T, QueueGrows since"), "\(text)")
        #expect(text.contains("\nended       warning A"), "\(text)")
        #expect(text.contains(" from B to E (recovered): was slow\n            info, muted until T, C from"), "\(text)")
        #expect(!text.contains("\u{1b}"))
        #expect(
            StatusJSON.render(status, found: []).contains(
                #""ended":[{"level":"warning","startsAt":"B","endsAt":"E","labels":{"alertname":"A"#))
        #expect(StatusJSON.render(try Self.status(), found: []).contains(#""ended":null"#))
    }

    @Test("of the history those that ended are taken, the latest first")
    func history() throws {
        let page = AlertHistoryJSON.page(
            [(1.0, 100.0), (2, nil), (3, 90), (4, 95), (5, 91), (6, 92), (7, 93)].map { begin, end in
                AlertIncident(
                    id: "\(begin)", labels: ["n": "\(begin)"], annotations: ["end": "noData"], level: .warning,
                    beginSeconds: begin, endSeconds: end)
            })
        let ended = try EndedAlert.list(page)
        #expect(ended.map { $0.labels["n"] } == ["1.0", "4.0", "7.0", "6.0", "5.0"])
        #expect(ended[0].endsAt == "1970-01-01T00:01:40Z" && ended[0].annotations == ["end": "noData"])
    }

    @Test("a calm daemon says so; alerts that cannot be read are not called none")
    func calm() throws {
        let calm = DaemonStatus(address: "h:1", page: try Self.page("latencyd_series 0"), alerts: [])
        let text = StatusText(isColoured: false).render(calm, found: [])
        #expect(text.contains("nothing dropped") && text.contains("collectors  0 work"))
        #expect(text.hasSuffix("alerts      none"))
        let unknown = StatusText(isColoured: false).render(try Self.status(nil), found: [])
        #expect(unknown.contains("alerts      not known"))
        var pending = Self.alert
        pending.state = "pending"
        #expect(StatusText(isColoured: false).render(try Self.status([pending]), found: []).hasSuffix("none"))
    }

    @Test("of very many lines the first are shown and the others counted")
    func many() throws {
        let lines = (0..<50).map { "latencyd_service_info{profile=\"p\",service=\"s\($0)\",url=\"u\"} 1" }
        let status = DaemonStatus(
            address: "h:1", page: try Self.page(lines.joined(separator: "\n")), alerts: [])
        let text = StatusText(isColoured: false).render(status, found: [])
        #expect(text.contains("… and \(50 - StatusText.linesMax) lines more: --json has them all"))
    }

    @Test("nothing that others named reaches the terminal raw", arguments: [false, true])
    func hostile(isColoured: Bool) throws {
        let evil = "x\u{1b}[2J\u{9b}31m\u{202e}\u{7}\u{7f}"
        let names = ["version", "service", "profile", "url", "reason", "signal", "switch", "model", "collector"]
        let labels = names.map { "\($0)=\"\(evil)\"" }.joined(separator: ",")
        let samples = DaemonStatus.sampleNames.map { "\($0){\(labels)} \($0.hasSuffix("success") ? 0 : 1)" }
        var alert = Self.alert
        alert.labels = ["alertname": evil, "severity": evil]
        alert.annotations = ["summary": evil]
        alert.activeAt = evil
        let status = DaemonStatus(
            address: evil, page: try Self.page(samples.joined(separator: "\n")), alerts: [alert])
        #expect(status.services.count == 1)
        let server = FoundServer(profile: evil, name: evil, url: evil, port: 1, evidence: evil)
        let text = StatusText(isColoured: isColoured).render(status, found: [server])
        for bad in ["\u{1b}[2J", "\u{9b}", "\u{202e}", "\u{7}", "\u{7f}"] { #expect(!text.contains(bad)) }
        #expect(text.contains("x?[2J"))
        let json = StatusJSON.render(status, found: [server])
        #expect(!json.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
        #expect(json.contains("\\u001b[2J\\u009b31m"))
    }

    @Test("numbers that no daemon would say are shown as they are", arguments: ["NaN", "-1e300", "+Inf", "1e18"])
    func numbers(value: String) throws {
        let page = try Self.page(
            "latencyd_series \(value)\nlatencyd_push_timings_total \(value)\n"
                + "latencyd_push_dropped_total{reason=\"r\"} \(value)\n"
                + "latencyd_service_info{service=\"s\"} 1\nlatencyd_service_queue_seconds{service=\"s\"} \(value)\n")
        let status = DaemonStatus(address: "h:1", page: page, alerts: [])
        #expect(!StatusText(isColoured: false).render(status, found: []).isEmpty)
        #expect(StatusJSON.render(status, found: []).hasPrefix("{"))
    }

    @Test("what is learned is counted by how much is known, and what finds no room is listed for machines")
    func learning() throws {
        let page = try Self.page(
            """
            latencyd_learned_series 3
            latencyd_learned_series_limit 3
            latencyd_unlearned_series 2
            latencyd_baseline_state{timing="a",state="level"} 1
            latencyd_baseline_state{timing="b",state="weekly"} 1
            latencyd_baseline_state{timing="c",state="weekly"} 1
            """)
        let list = try LearningStatus.Series.list(
            Array(
                """
                {"status":"success","data":{"learned":[{"timing":"a"}],"unlearned":[{"timing":"x","labels":{"m":"1"}},
                {"timing":"y","labels":{}}],"unlearnedCount":2}}
                """.utf8))
        let status = DaemonStatus(address: "h:1", page: page, alerts: [], unlearned: list)
        #expect(
            StatusText(isColoured: false).render(status, found: []).contains(
                "\nlearned     3 series: 1 level, 2 weekly; 2 more than detection.max_learned_series allows\n"))
        let json = StatusJSON.render(status, found: [])
        #expect(json.contains("\"states\":{\"level\":1,\"weekly\":2},\"unlearned\":2,"))
        #expect(json.contains("\"unlearned_series\":[{\"timing\":\"x\",\"labels\":{\"m\":\"1\"}},{\"timing\":\"y\""))
        let unread = DaemonStatus(address: "h:1", page: page, alerts: [])
        #expect(StatusJSON.render(unread, found: []).contains("\"unlearned_series\":null"))
    }

    @Test("machines get the same as one object")
    func json() throws {
        let status = try Self.status()
        let text = StatusJSON.render(status, found: [Self.found])
        #expect(text.contains("\"dropped\":{\"bad_value\":1,\"series_limit\":7}"))
        #expect(text.contains("\"service\":\"a\",\"profile\":\"vllm\",\"url\":\"http://h:2/metrics\",\"up\":0,"))
        #expect(text.contains("\"failure\":\"refused\""))
        #expect(text.contains("\"missing\":{\"batch_size_max\":\"set api_url\"}"))
        #expect(text.contains("\"alertname\":\"QueueGrows\""))
        #expect(text.contains("\"found\":[{\"profile\":\"vllm\","))
        #expect(StatusJSON.render(try Self.status(nil), found: []).contains("\"alerts\":null"))
    }
}
