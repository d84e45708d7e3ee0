import AnomalyDetect
import Collectors
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("Good configurations")
struct GoodConfigurationTests {
    @Test(
        "what says nothing has every default",
        arguments: ["", "# nothing\n", "---\n", "{}", "push:\nalerts: {rules: }"])
    func defaults(text: String) throws {
        #expect(try decode(text) == LoadedConfiguration(configuration: .default))
    }

    @Test("the defaults are those of the documentation")
    func documentedDefaults() throws {
        let text = """
            web: {listen_address: "127.0.0.1:9959"}
            push: {socket_mode: "0660", max_series: 20000, max_series_per_metric: 5000, max_series_per_sender: 10000,
              expire_after: 15m, client_telemetry: drop, signed_gauges: delta,
              buckets: [1ms, 2.5ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s, 30s, 60s]}
            hardware: {interval: 1s, watch: [], watch_pushers: true}
            detection: {window: 10s}
            alerts: {no_data_after: 5m}
            notify: {journal: true}
            """
        #expect(try decode(text).configuration == .default)
    }

    @Test("every setting is taken")
    func everything() throws {
        let text = """
            web: {listen_address: "[::1]:80"}
            storage: {path: /s, retention: 2w, max_size: 64MiB}
            push:
              datagram_socket: /d.sock
              stream_socket: /s.sock
              socket_mode: "666"
              socket_group: push-ers
              max_series: 300
              max_series_per_metric: 200
              max_series_per_sender: 300
              expire_after: 1w
              buckets: [250us, 2.5ms, 1m]
              client_telemetry: take
              signed_gauges: value
              layers: {framework: [torch_*, jax_?], business: ["*_latency_*"]}
            hardware:
              interval: 2s
              collectors: {thermal: {enabled: false}, pressure: {interval: 500ms}, wakeup_latency: {rate: 1000}}
            detection: {window: 2500ms, min_count: 7}
            alerts: {no_data_after: 1h}
            notify: {journal: false}
            """
        let configuration = try decode(text).configuration
        var push = PushConfiguration()
        push.datagramSocket = "/d.sock"
        push.streamSocket = "/s.sock"
        push.socketMode = 0o666
        push.socketGroup = "push-ers"
        push.maxSeries = 300
        push.maxSeriesPerMetric = 200
        push.maxSeriesPerSender = 300
        push.expireAfter = .seconds(604_800)
        push.buckets = [.microseconds(250), .microseconds(2_500), .seconds(60)]
        push.clientTelemetry = .take
        push.signedGauges = .value
        push.layers = LayerPatterns(framework: ["torch_*", "jax_?"], business: ["*_latency_*"])
        #expect(configuration.push == push)
        #expect(configuration.push.bucketsInSeconds == [0.00025, 0.0025, 60])
        #expect(configuration.web.listenAddress == ListenAddress(host: "::1", port: 80))
        #expect(configuration.storage.path == "/s")
        #expect(configuration.storage.state == StateSettings(maxSizeBytes: 64 << 20, retentionMinutes: 20_160))
        #expect(configuration.hardware.interval == .seconds(2))
        #expect(configuration.hardware.collector("thermal") == CollectorConfiguration(enabled: false))
        #expect(configuration.hardware.collector("pressure") == CollectorConfiguration(interval: .milliseconds(500)))
        #expect(configuration.hardware.collector("cpu_frequency") == CollectorConfiguration())
        #expect(configuration.hardware.wakeupRate == 1_000)
        #expect(configuration.detection == DetectionConfiguration(window: .milliseconds(2_500), minCount: 7))
        #expect(configuration.alerts.noDataAfter == .seconds(3_600))
        #expect(configuration.notify.journal == false)
    }

    @Test("wake-ups are measured 20 times a second, as often as is set, or not at all")
    func wakeups() throws {
        #expect(try decode("").configuration.hardware.wakeupRate == 20)
        let off = "hardware: {collectors: {wakeup_latency: {enabled: false, rate: 5}}}"
        #expect(try decode(off).configuration.hardware.wakeupRate == nil)
    }

    @Test("a rule is taken with all its settings, and with the defaults")
    func rules() throws {
        let text = """
            alerts:
              rules:
              - {timing: a*, statistic: p99, thresholds: {warning: 50ms}}
              - name: Busy
                timing: "*"
                labels: {model: "llama-*", gpu: 0, canary: ""}
                statistic: rate
                thresholds: {critical: 1e3, info: 0, warning: 10.5}
                for: 0s
                recovery_margin: 0.9
                min_count: 20
            """
        let rules = try decode(text).configuration.alerts.rules
        let first = AlertRuleConfiguration(
            name: "LatencyAbnormal", timing: "a*", labels: [:], statistic: .p99,
            thresholds: AlertThresholds(warning: .duration(.milliseconds(50))), for: .seconds(30), recoveryMargin: 0.1,
            minCount: 1)
        let second = AlertRuleConfiguration(
            name: "Busy", timing: "*", labels: ["model": "llama-*", "gpu": "0", "canary": ""], statistic: .rate,
            thresholds: AlertThresholds(info: .number(0), warning: .number(10.5), critical: .number(1_000)),
            for: .zero, recoveryMargin: 0.9, minCount: 20)
        #expect(rules == [first, second])
        #expect(rules.first?.thresholds.warning?.value == 0.05)
    }

    @Test("a rule on signals is taken with all its settings, and with the defaults")
    func signalRules() throws {
        let text = """
            alerts:
              rules:
              - {name: Lost, signal: latencyd_gpu_lost, above: {critical: 0}}
              - name: Slow
                signal: latencyd_*_hertz
                labels: {cpu: "0"}
                below: {info: 3e9, warning: 2e9, critical: 1e9}
                for: 0s
                recovery_margin: 0
              - {name: Stalls, signal: latencyd_pressure_seconds_total, increase: 1m, above: {warning: 500ms}}
              - {timing: a, statistic: p50, thresholds: {info: 1}}
            """
        let alerts = try decode(text).configuration.alerts
        #expect(
            alerts.signalRules == [
                SignalRuleConfiguration(
                    name: "Lost", signal: "latencyd_gpu_lost", direction: .above,
                    thresholds: AlertThresholds(critical: .number(0))),
                SignalRuleConfiguration(
                    name: "Slow", signal: "latencyd_*_hertz", labels: ["cpu": "0"], direction: .below,
                    thresholds: AlertThresholds(info: .number(3e9), warning: .number(2e9), critical: .number(1e9)),
                    for: .zero, recoveryMargin: 0),
                SignalRuleConfiguration(
                    name: "Stalls", signal: "latencyd_pressure_seconds_total", direction: .above,
                    thresholds: AlertThresholds(warning: .duration(.milliseconds(500))), increase: .seconds(60)),
            ])
        #expect(alerts.rules.count == 1)
        for rule in alerts.engineRules { try rule.validate() }
    }

    @Test(
        "built-in rules hold unless they are switched off or have a namesake",
        arguments: [
            ("alerts: {}", BuiltInRules.names), ("alerts: {builtin: true}", BuiltInRules.names),
            ("alerts: {builtin: false}", []), ("alerts: {builtin: {GPULost: false}}", ["GPUXidError"]),
            ("alerts: {rules: [{name: GPULost, signal: a, above: {info: 1}}]}", ["GPUXidError"]),
        ])
    func builtIn(text: String, names: [String]) throws {
        let rules = try decode(text).configuration.alerts.engineRules
        #expect(rules.filter { $0.isBuiltIn && $0.measure != .learned }.map(\.name) == names)
        #expect(rules.filter { $0.measure == .learned }.count == 1)
    }

    @Test("limits that are not set follow a smaller max_series")
    func limitsFollow() throws {
        let push = try decode("push: {max_series: 100}").configuration.push
        #expect(push.maxSeriesPerMetric == 100)
        #expect(push.maxSeriesPerSender == 100)
    }

    @Test("learning is set, or has defaults, or is turned off")
    func learning() throws {
        let text = """
            detection:
              seasons: [24h]
              timezone: UTC
              learn: [inference_*, "*_queue_seconds"]
              max_learned_series: 0
              min_count: 1
              false_alarms: {warning: 3/30d, total: 2/1d}
            alerts: {learned: {enabled: false}}
            """
        let configuration = try decode(text).configuration
        #expect(
            configuration.detection
                == DetectionConfiguration(
                    seasons: [.day], timezone: .utc, learn: ["inference_*", "*_queue_seconds"], maxLearnedSeries: 0,
                    minCount: 1,
                    falseAlarms: FalseAlarmBudgets(
                        warning: FalseAlarmBudget(count: 3, per: .seconds(30 * 86_400)),
                        critical: FalseAlarmBudget(count: 1, per: .seconds(30 * 86_400)),
                        total: FalseAlarmBudget(count: 2, per: .seconds(86_400)))))
        #expect(!configuration.alerts.learned.enabled)
        #expect(configuration.alerts.engineRules.allSatisfy { $0.measure != .learned })
        let standard = try decode("detection:").configuration
        #expect(standard.detection.learn == nil)
        #expect(standard.detection.seasons == [.day, .week])
        #expect(standard.alerts.learned.enabled)
        let off = try decode("detection: {learn: [], seasons: [], timezone: local}").configuration.detection
        #expect(off.learn == [])
        #expect(off.seasons == [])
        #expect(off.timezone == .local)
    }

    @Test("rules on silence, mutes and the quiet start are taken")
    func silence() throws {
        let text = """
            alerts:
              quiet_start: 0s
              rules:
                - {timing: inference_*, labels: {model: "?*"}, absent: 20s, level: info}
                - {name: NightlyMissing, timing: nightly_seconds, absent: 1d}
              mute:
                - {timing: batch_*, labels: {model: a}, levels: [warning, info], from: "22:00", to: "06:00", days: [sun, mon]}
                - {name: "GPU*", from: 2026-12-24 18:00, to: "2026-12-27T06:00:30"}
                - {from: 2026-12-24T18:00:00+01:00, to: 2026-12-24T20:00Z}
            """
        let alerts = try decode(text).configuration.alerts
        #expect(alerts.quietStart == .zero)
        #expect(
            alerts.absenceRules == [
                AbsenceRuleConfiguration(
                    timing: "inference_*", labels: ["model": "?*"], absent: .seconds(20), level: .info),
                AbsenceRuleConfiguration(name: "NightlyMissing", timing: "nightly_seconds", absent: .seconds(86_400)),
            ])
        #expect(alerts.engineRules.first?.thresholds == [.info: 20])
        #expect(
            alerts.mutes == [
                MuteConfiguration(
                    timing: "batch_*", labels: ["model": "a"], levels: [.warning, .info],
                    window: .daily(fromMinute: 22 * 60, toMinute: 6 * 60, weekdays: [0, 6])),
                MuteConfiguration(
                    name: "GPU*", window: .once(from: .local(1_798_135_200), to: .local(1_798_351_230))),
                MuteConfiguration(window: .once(from: .absolute(1_798_131_600), to: .absolute(1_798_142_400))),
            ])
    }

    @Test("what is watched is named by executable, command line, unit or cgroup")
    func watch() throws {
        let text = """
            hardware:
              watch_pushers: false
              watch:
                - process: tritonserver
                - {command: "* --model?llama*", name: llama}
                - unit: "{vllm,tgi}-*.service"
                - {name: pods, cgroup: /kubepods.slice/*}
            """
        let hardware = try decode(text).configuration.hardware
        #expect(!hardware.watchPushers)
        #expect(
            hardware.watch == [
                WatchConfiguration(subject: .process, pattern: "tritonserver"),
                WatchConfiguration(subject: .command, pattern: "* --model?llama*", name: "llama"),
                WatchConfiguration(subject: .unit, pattern: "{vllm,tgi}-*.service"),
                WatchConfiguration(subject: .cgroup, pattern: "/kubepods.slice/*", name: "pods"),
            ])
        let settings = hardware.settings.watch
        #expect(settings.rules.map(\.subject) == [.process, .command, .unit, .cgroup])
        #expect(settings.rules.map(\.pattern.pattern) == hardware.watch.map(\.pattern))
        #expect(settings.rules.map(\.name) == [nil, "llama", nil, "pods"])
        #expect(!settings.includesPushers)
        #expect(HardwareConfiguration().settings.watch.includesPushers)
    }

    @Test(
        "the collector nvidia takes the library to open",
        arguments: [
            ("{}", nil), ("{interval: 5s}", nil), ("{library: libnvidia-ml.so.1}", "libnvidia-ml.so.1"),
            ("{library: /opt/nvidia/libnvidia-ml.so.550.54}", "/opt/nvidia/libnvidia-ml.so.550.54"),
        ] as [(String, String?)])
    func library(text: String, library: String?) throws {
        let loaded = try decode("hardware: {collectors: {nvidia: \(text)}}")
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.hardware.collector("nvidia").library == library)
    }

    @Test("another library is taken at the next start")
    func libraryNeedsRestart() throws {
        let named = try decode("hardware: {collectors: {nvidia: {library: libnvidia-ml.so.1}}}").configuration
        #expect(named.keysNeedingRestart(since: .default) == ["hardware.collectors.nvidia.library"])
        #expect(named.keysNeedingRestart(since: named) == [])
    }

    @Test(
        "a collector reads as set for it, else not more often than its nature asks",
        arguments: [
            ("{}", 5), ("{interval: 10s}", 10), ("{interval: 2s}", 5),
            ("{interval: 10s, collectors: {thermal: {interval: 1s}}}", 1),
        ])
    func collectorInterval(section: String, seconds: Int) throws {
        let hardware = try decode("hardware: \(section)").configuration.hardware
        #expect(hardware.interval(of: "thermal", default: .seconds(5)) == .seconds(seconds))
    }

    @Test("the annotated example is valid, without warnings, and shows the defaults of push")
    func example() throws {
        let loaded = try decode(Repository.text("examples/latencyd.yml"))
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.alerts.rules.count == 3)
        #expect(loaded.configuration.push.buckets == PushConfiguration.bucketsDefault)
        #expect(loaded.configuration.web == WebConfiguration())
    }

    @Test("a change of what is bound at the start is named, any other is not")
    func restart() throws {
        let changed = try decode(
            """
            web: {listen_address: "a:1"}
            storage: {path: /a, retention: 2d, max_size: 1GiB}
            push: {datagram_socket: /d, stream_socket: /s, socket_mode: "0600", socket_group: g, buckets: [1s], max_series: 5}
            notify: {journal: false}
            """
        ).configuration
        #expect(
            changed.keysNeedingRestart(since: .default) == [
                "web.listen_address", "storage.path", "storage.retention", "storage.max_size", "push.datagram_socket",
                "push.stream_socket",
                "push.socket_mode", "push.socket_group", "push.buckets",
            ])
        let light = try decode("{push: {max_series: 5}, notify: {journal: false}}").configuration
        #expect(light.keysNeedingRestart(since: .default) == [])
    }
}
