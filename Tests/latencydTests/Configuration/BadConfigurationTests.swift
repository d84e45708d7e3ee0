import TestSupport
import Testing

@testable import latencyd

@Suite("Bad configurations")
struct BadConfigurationTests {
    struct Bad: CustomTestStringConvertible, Sendable {
        var source: String
        var place: String
        var key: String
        /// Parts of what is said.
        var says: [String]

        init(_ source: String, _ place: String, _ key: String, _ says: String...) {
            self.source = source
            self.place = place
            self.key = key
            self.says = says
        }

        var testDescription: String { String(source.debugDescription.prefix(90)) }
    }

    static func rule(_ settings: String) -> String {
        "alerts: {rules: [{timing: a, statistic: p99, thresholds: {warning: 5ms}, \(settings)}]}"
    }

    static func thresholds(_ thresholds: String, statistic: String = "p99") -> String {
        "alerts:\n  rules:\n  - timing: a\n    statistic: \(statistic)\n    thresholds: \(thresholds)\n"
    }

    static let longPath = "/" + String(repeating: "x", count: 107)

    static let document: [Bad] = [
        Bad("web: [1", "2:1", "web", "broken YAML", "close the list with ]"),
        Bad("web:\n\tlisten_address: a", "2:1", "web", "broken YAML", "not tabs"),
        Bad("web: {}\nweb: {}", "2:1", "web", "second time, first in line 1", "keep one"),
        Bad("push:\n  max_series: 1\n  max_series: 2", "3:3", "push.max_series", "first in line 2"),
        Bad("web: &a {}\n", "1:6", "web", "anchor '&a'", "write each value out"),
        Bad("web: *a\n", "1:6", "web", "alias '*a'", "write the value out"),
        Bad("alerts: {rules: [{timing: *}]}", "1:28", "alerts.rules", "broken YAML", "* or & in quotes"),
        Bad("alerts: {rules: [{timing: *_ms}]}", "1:27", "alerts.rules[0].timing", "'*_ms'", "quote it if"),
        Bad("web: !x {}\n", "1:6", "web", "tag '!x'"),
        Bad("web: {}\n---\nweb: {}", "2:1", "(document)", "second document"),
        Bad("- web", "1:1", "(document)", "the file is a list, not a mapping"),
        Bad("web", "1:1", "(document)", "the file is the single value 'web'"),
        Bad("web: 5", "1:6", "web", "the section is the single value '5', not a mapping"),
        Bad("pusch: {}", "1:1", "pusch", "unknown key", "did you mean 'push'?"),
        Bad("listen_address: a:1", "1:1", "listen_address", "it belongs to the section 'web'"),
        Bad("\"a\\nb\": 1", "1:1", "'a\\nb'", "unknown key", "the keys here are web, storage"),
    ]

    static let webAndStorage: [Bad] = [
        Bad("web:\n  listen_adress: a:1", "2:3", "web.listen_adress", "did you mean 'listen_address'?"),
        Bad("web: {listen_address: localhost}", "1:23", "web.listen_address", "has no port", "HOST:PORT"),
        Bad("web: {listen_address: 'a:99999'}", "1:23", "web.listen_address", "0 to 65535"),
        Bad("web: {listen_address: 'a:+1'}", "1:23", "web.listen_address", "0 to 65535"),
        Bad("web: {listen_address: '::1:9959'}", "1:23", "web.listen_address", "without brackets", "[::1]:9959"),
        Bad("web: {listen_address: '[::g]:9959'}", "1:23", "web.listen_address", "no valid IPv6"),
        Bad("web: {listen_address: '127.0.0.256:9959'}", "1:23", "web.listen_address", "no valid IPv4"),
        Bad("web: {listen_address: 'http://a:1'}", "1:23", "web.listen_address", "URL", "scheme"),
        Bad("web: {listen_address: 'a b:1'}", "1:23", "web.listen_address", "host name"),
        Bad("web: {listen_address: }", "1:23", "web.listen_address", "value is missing", "leave the key out"),
        Bad("web: {listen_address: [a]}", "1:23", "web.listen_address", "the value is a list", "HOST:PORT"),
        Bad("storage: {path: var/lib}", "1:17", "storage.path", "no absolute path", "from / on"),
        Bad("storage: {path: ~/state}", "1:17", "storage.path", "no absolute path", "~"),
        Bad("storage: {path: \"/a\\u0000b\"}", "1:17", "storage.path", "control character"),
        Bad("storage: {retention: 35x}", "1:22", "storage.retention", "not a duration"),
        Bad("storage: {retention: 1h}", "1:22", "storage.retention", "out of range", "1d"),
        Bad("storage: {max_size: 1MiB}", "1:21", "storage.max_size", "out of range", "16MiB"),
        Bad("storage: {max_size: 2G}", "1:21", "storage.max_size", "not a size", "2GiB"),
    ]

    static let push: [Bad] = [
        Bad("push: {socket_mode: 0660}", "1:21", "push.socket_mode", "not quoted", "\"0660\""),
        Bad("push: {socket_mode: \"0680\"}", "1:21", "push.socket_mode", "not an octal mode"),
        Bad("push: {socket_mode: \"1777\"}", "1:21", "push.socket_mode", "at most \"0777\""),
        Bad("push: {socket_mode: \"0444\"}", "1:21", "push.socket_mode", "nobody write"),
        Bad("push: {socket_group: a:b}", "1:22", "push.socket_group", "name of a group"),
        Bad("push: {datagram_socket: \(longPath)}", "1:25", "push.datagram_socket", "108 bytes long", "at most 107"),
        Bad("push: {stream_socket: /run/}", "1:23", "push.stream_socket", "is a folder"),
        Bad(
            "push: {datagram_socket: /a//b, stream_socket: /a/./b}", "1:47", "push.stream_socket",
            "is the path of push.datagram_socket too"),
        Bad(
            "push: {datagram_socket: /run/latencyd/timings-stream.sock}", "1:25", "push.datagram_socket",
            "is the path of push.stream_socket too"),
        Bad("push: {max_series: 0}", "1:20", "push.max_series", "out of range", "1 to 1000000"),
        Bad("push: {max_series: -1}", "1:20", "push.max_series", "out of range"),
        Bad("push: {max_series: 99999999999999999999}", "1:20", "push.max_series", "out of range"),
        Bad("push: {max_series: 1e3}", "1:20", "push.max_series", "not a whole number"),
        Bad("push: {max_series: \"20\"}", "1:20", "push.max_series", "is quoted", "without quotes"),
        Bad("push: {max_series: {}}", "1:20", "push.max_series", "the value is a mapping"),
        Bad(
            "push: {max_series_per_metric: 30000}", "1:31", "push.max_series_per_metric",
            "exceeds push.max_series, 20000", "raise push.max_series"),
        Bad(
            "push: {max_series_per_sender: 11, max_series: 10}", "1:31", "push.max_series_per_sender",
            "exceeds push.max_series, 10"),
        Bad("push: {expire_after: 15}", "1:22", "push.expire_after", "no unit", "15s"),
        Bad("push: {expire_after: 1h30m}", "1:22", "push.expire_after", "not a duration"),
        Bad("push: {expire_after: -5m}", "1:22", "push.expire_after", "not a duration"),
        Bad("push: {expire_after: 1s}", "1:22", "push.expire_after", "out of range", "from 10s to 1w"),
        Bad("push: {buckets: 5ms}", "1:17", "push.buckets", "not a list", "in brackets"),
        Bad("push: {buckets: []}", "1:17", "push.buckets", "empty", "1 to 64"),
        Bad("push: {buckets: [5ms, 1ms]}", "1:23", "push.buckets[1]", "does not exceed", "5ms", "ascending"),
        Bad("push: {buckets: [1ms, 1000us]}", "1:23", "push.buckets[1]", "does not exceed"),
        Bad("push: {buckets: [1ms, 5]}", "1:23", "push.buckets[1]", "no unit"),
        Bad("push: {buckets: [0s]}", "1:18", "push.buckets[0]", "out of range"),
        Bad("push: {buckets: [0.5ns]}", "1:18", "push.buckets[0]", "finer than a nanosecond"),
        Bad(
            "push: {buckets: [\((1...65).map { "\($0)ms" }.joined(separator: ","))]}", "1:17", "push.buckets",
            "65 durations", "at most 64"),
        Bad("push: {client_telemetry: taken}", "1:26", "push.client_telemetry", "did you mean 'take'?"),
        Bad("push: {signed_gauges: both}", "1:23", "push.signed_gauges", "write one of delta, value"),
        Bad("push: {layers: {bussiness: [a]}}", "1:17", "push.layers.bussiness", "did you mean 'business'?"),
        Bad("push: {layers: {service: a}}", "1:26", "push.layers.service", "not a list"),
        Bad("push: {layers: {service: [a.b]}}", "1:27", "push.layers.service[0]", "'.'", "as /metrics shows it"),
        Bad(
            "push: {layers: {service: [a], business: [b, a]}}", "1:45", "push.layers.business[1]",
            "under 'service' already"),
    ]

    static let watch: [Bad] = [
        Bad("hardware: {watch: a}", "1:19", "hardware.watch", "not a list"),
        Bad("hardware: {watch: [a]}", "1:20", "hardware.watch[0]", "not a mapping", "{process: tritonserver}"),
        Bad("hardware: {watch: [{name: a}]}", "1:20", "hardware.watch[0]", "does not say what is watched"),
        Bad("hardware: {watch: [{proces: a}]}", "1:21", "hardware.watch[0].proces", "did you mean 'process'?"),
        Bad(
            "hardware: {watch: [{process: a, unit: b}]}", "1:33", "hardware.watch[0].unit", "has a pattern already",
            "an entry of its own"),
        Bad("hardware: {watch: [{process: \"\"}]}", "1:30", "hardware.watch[0].process", "matches nothing"),
        Bad("hardware: {watch: [{process: \"a[\"}]}", "1:30", "hardware.watch[0].process", "is no pattern"),
        Bad(
            "hardware: {watch: [{cgroup: a.service}]}", "1:29", "hardware.watch[0].cgroup", "begin with '/'",
            "/system.slice/a.service"),
        Bad(
            "hardware: {watch: [{process: a, name: \(String(repeating: "n", count: 65))}]}", "1:39",
            "hardware.watch[0].name", "at most 64 bytes"),
        Bad(
            "hardware: {watch: [\((0..<65).map { "{process: p\($0)}" }.joined(separator: ", "))]}", "1:19",
            "hardware.watch", "65 entries", "at most 64"),
        Bad("hardware: {watch_pushers: 1}", "1:27", "hardware.watch_pushers", "not a boolean"),
    ]

    static let hardwareAndDetection: [Bad] = [
        Bad("hardware: {interval: 10ms}", "1:22", "hardware.interval", "out of range", "100ms to 1h"),
        Bad(
            "hardware: {collectors: {wakeup_latency: {rate: 1001}}}", "1:48", "hardware.collectors.wakeup_latency.rate",
            "out of range", "1 to 1000"),
        Bad(
            "hardware: {collectors: {thermal: {rate: 5}}}", "1:35", "hardware.collectors.thermal.rate",
            "unknown key", "the keys here are enabled, interval"),
        Bad("hardware: {interval: 999999999999w}", "1:22", "hardware.interval", "too long"),
        Bad(
            "hardware: {collectors: {thermals: {}}}", "1:25", "hardware.collectors.thermals", "did you mean 'thermal'?"),
        Bad(
            "hardware: {collectors: {disk: {}}}", "1:25", "hardware.collectors.disk", "no such collector",
            "the collectors are thermal, cpu_frequency, pressure, process"),
        Bad(
            "hardware: {collectors: {thermal: {enabled: yes}}}", "1:44", "hardware.collectors.thermal.enabled",
            "'yes' is not a boolean", "true or false"),
        Bad(
            "hardware: {collectors: {thermal: {enabled: \"true\"}}}", "1:44", "hardware.collectors.thermal.enabled",
            "is quoted"),
        Bad(
            "hardware: {collectors: {thermal: {library: libnvidia-ml.so.1}}}", "1:35",
            "hardware.collectors.thermal.library", "unknown key"),
        Bad(
            "hardware: {collectors: {nvidia: {library: lib/x.so}}}", "1:43", "hardware.collectors.nvidia.library",
            "absolute path"),
        Bad(
            "hardware: {collectors: {nvidia: {library: nvidia}}}", "1:43", "hardware.collectors.nvidia.library",
            "libnvidia-ml.so.1"),
        Bad(
            "hardware: {collectors: {nvidia: {librari: a.so}}}", "1:34", "hardware.collectors.nvidia.librari",
            "did you mean 'library'?"),
        Bad(
            "hardware: {collectors: {thermal: {intervall: 5s}}}", "1:35", "hardware.collectors.thermal.intervall",
            "did you mean 'interval'?"),
        Bad("detection: {window: 7s}", "1:21", "detection.window", "no whole number of windows of 7s", "5s, 10s"),
        Bad("detection: {window: 2m}", "1:21", "detection.window", "out of range", "1s to 1m"),
        Bad("detection: {min_count: 0}", "1:24", "detection.min_count", "out of range"),
        Bad("detection: {seasons: [2d]}", "1:23", "detection.seasons[0]", "no season", "[1d, 1w]"),
        Bad("detection: {seasons: [1w, 7d]}", "1:27", "detection.seasons[1]", "already", "leave one"),
        Bad("detection: {seasons: 1d}", "1:22", "detection.seasons", "not a list", "write a list"),
        Bad("detection: {timezone: Mars/Olympus}", "1:23", "detection.timezone", "no time zone", "tzdata"),
        Bad(
            "detection: {timezone: ../../etc/passwd}", "1:23", "detection.timezone", "not a time zone", "Europe/Berlin"),
        Bad("detection: {learn: ['a.b']}", "1:21", "detection.learn[0]", "holds a '.'", "/metrics shows it"),
        Bad("detection: {learn: }", "1:20", "detection.learn", "missing", "write [] to learn nothing"),
        Bad("detection: {learn: a_*}", "1:20", "detection.learn", "not a list", "in brackets"),
        Bad(
            "detection: {max_learned_series: 20001}", "1:33", "detection.max_learned_series", "out of range",
            "0 to 20000"),
        Bad("detection: {false_alarms: {warning: 1}}", "1:37", "detection.false_alarms.warning", "1/7d"),
        Bad(
            "detection: {false_alarms: {warning: 0/7d}}", "1:37", "detection.false_alarms.warning", "out of range",
            "1 to"),
        Bad(
            "detection: {false_alarms: {warning: 1/1m}}", "1:37", "detection.false_alarms.warning", "out of range", "1h"
        ),
        Bad(
            "detection: {false_alarms: {critical: 2/7d}}", "1:38", "detection.false_alarms.critical",
            "critical may be wrong more often", "1/30d"),
        Bad("detection: {false_alarms: {info: 1/7d}}", "1:28", "detection.false_alarms.info", "unknown key", "warning"),
        Bad("alerts: {learned: {enable: true}}", "1:20", "alerts.learned.enable", "did you mean 'enabled'?"),
        Bad("alerts: {learned: true}", "1:19", "alerts.learned", "not a mapping"),
        Bad("notify: {journal: 1}", "1:19", "notify.journal", "not a boolean"),
    ]

    static let alerts: [Bad] = [
        Bad("alerts: {no_data_after: 0s}", "1:25", "alerts.no_data_after", "out of range"),
        Bad("alerts: {rules: {}}", "1:17", "alerts.rules", "not a list"),
        Bad("alerts: {rules: [p99]}", "1:18", "alerts.rules[0]", "the single value 'p99', not a mapping"),
        Bad("alerts: {rules: [{statistic: p99, thresholds: {info: 1}}]}", "1:18", "alerts.rules[0].timing", "missing"),
        Bad("alerts: {rules: [{timing: a, thresholds: {info: 1}}]}", "1:18", "alerts.rules[0].statistic", "missing"),
        Bad("alerts: {rules: [{timing: a, statistic: p99}]}", "1:18", "alerts.rules[0].thresholds", "missing"),
        Bad(
            "alerts:\n  rules:\n  - timing: inference.latency\n    statistic: p99\n    thresholds: {info: 1}", "3:13",
            "alerts.rules[0].timing", "which no exposed name has", "inference_latency_seconds"),
        Bad("alerts: {rules: [{timing: '', statistic: p50, thresholds: {info: 1}}]}", "1:27", "alerts.rules[0].timing"),
        Bad(
            "alerts: {rules: [{timing: 'a b', statistic: p50, thresholds: {info: 1}}]}", "1:27",
            "alerts.rules[0].timing"),
        Bad(
            "alerts: {rules: [{timing: a, statistic: p90, thresholds: {info: 1}}]}", "1:41",
            "alerts.rules[0].statistic", "'p90' is not known here", "did you mean 'p50'?"),
        Bad(
            "alerts: {rules: [{timing: a, statistic: max, thresholds: {info: 1}}]}", "1:41",
            "alerts.rules[0].statistic", "write one of p50, p95, p99, mean, stddev, rate"),
        Bad(rule("fore: 3s"), "1:74", "alerts.rules[0].fore", "did you mean 'for'?"),
        Bad(rule("for: 30"), "1:79", "alerts.rules[0].for", "no unit"),
        Bad(rule("recovery_margin: 1"), "1:91", "alerts.rules[0].recovery_margin", "out of range", "0.0 to 0.9"),
        Bad(rule("recovery_margin: 10%"), "1:91", "alerts.rules[0].recovery_margin", "not a number"),
        Bad(rule("recovery_margin: .nan"), "1:91", "alerts.rules[0].recovery_margin", "not a number"),
        Bad(rule("min_count: 0"), "1:85", "alerts.rules[0].min_count", "out of range"),
        Bad(rule("name: ''"), "1:80", "alerts.rules[0].name", "name of an alert"),
        Bad(rule("labels: [a]"), "1:82", "alerts.rules[0].labels", "not a mapping"),
        Bad(rule("labels: {a-b: c}"), "1:83", "alerts.rules[0].labels.a-b", "name of a label"),
        Bad(rule("labels: {a: }"), "1:86", "alerts.rules[0].labels.a", "value is missing"),
        Bad(rule("level: warning"), "1:74", "alerts.rules[0].level", "unknown key"),
        Bad(thresholds(""), "5:16", "alerts.rules[0].thresholds", "no threshold"),
        Bad(thresholds("{}"), "5:17", "alerts.rules[0].thresholds", "no threshold", "info, warning and critical"),
        Bad(thresholds("50ms"), "5:17", "alerts.rules[0].thresholds", "not a mapping"),
        Bad(thresholds("{warn: 50ms}"), "5:18", "alerts.rules[0].thresholds.warn", "did you mean 'warning'?"),
        Bad(thresholds("{warning: fast}"), "5:27", "alerts.rules[0].thresholds.warning", "'fast' is not a duration"),
        Bad(thresholds("{warning: 0}"), "5:27", "alerts.rules[0].thresholds.warning", "always be exceeded"),
        Bad(thresholds("{warning: -5}"), "5:27", "alerts.rules[0].thresholds.warning", "always be exceeded"),
        Bad(thresholds("{warning: inf}"), "5:27", "alerts.rules[0].thresholds.warning", "not a duration or a number"),
        Bad(thresholds("{warning: 0x10}"), "5:27", "alerts.rules[0].thresholds.warning", "not a duration or a number"),
        Bad(
            thresholds("{critical: 50ms, warning: 50ms}"), "5:28", "alerts.rules[0].thresholds.critical",
            "does not exceed", "rise from info over warning to critical"),
        Bad(thresholds("{info: 9, critical: 8}"), "5:37", "alerts.rules[0].thresholds.critical", "does not exceed"),
        Bad(
            thresholds("{info: 9ms, warning: 8}"), "5:38", "alerts.rules[0].thresholds.warning",
            "a duration and another a plain number"),
        Bad(
            thresholds("{warning: 5ms}", statistic: "rate"), "5:27", "alerts.rules[0].thresholds.warning",
            "is a duration", "observations per second"),
        Bad(
            "alerts:\n  rules:\n"
                + String(repeating: "  - {timing: a, statistic: p99, thresholds: {info: 1}}\n", count: 2),
            "4:5", "alerts.rules[1]", "same as the one in line 3"),
        Bad("alerts: {rules: [{signal: a, above: {info: 1}}]}", "1:18", "alerts.rules[0].name", "name the alert"),
        Bad("alerts: {rules: [{name: N, signal: a}]}", "1:18", "alerts.rules[0].above", "below: {warning: 5}"),
        Bad(
            "alerts: {rules: [{name: N, signal: a, above: {info: 1}, below: {info: 2}}]}", "1:64",
            "alerts.rules[0].below", "two rules"),
        Bad(
            "alerts: {rules: [{name: N, signal: a, below: {info: 1, warning: 2}}]}", "1:65",
            "alerts.rules[0].below.warning", "fall from info"),
        Bad(
            "alerts: {rules: [{name: N, signal: a, above: {info: 1}, increase: 2h}]}", "1:67",
            "alerts.rules[0].increase", "1h"),
        Bad(
            "alerts: {rules: [{name: N, signal: a, above: {info: 1}, statistic: p99}]}", "1:57",
            "alerts.rules[0].statistic", "unknown key"),
        Bad("alerts: {rules: [{name: N, signal: a, above: {}}]}", "1:46", "alerts.rules[0].above", "at least one"),
        Bad("alerts: {builtin: {GPULos: false}}", "1:20", "alerts.builtin.GPULos", "GPULost, GPUXidError"),
        Bad("alerts: {builtin: never}", "1:19", "alerts.builtin", "true or false"),
        Bad(
            "alerts: {rules: [{timing: b, absent: 5m, nam: a}]}", "1:42", "alerts.rules[0].nam", "did you mean 'name'?"),
        Bad("alerts: {rules: [{absent: 5m}]}", "1:18", "alerts.rules[0].timing", "key is missing", "inference_*"),
        Bad("alerts: {rules: [{timing: a, absent: 5}]}", "1:38", "alerts.rules[0].absent", "no unit"),
        Bad("alerts: {rules: [{timing: a, absent: 1s}]}", "1:38", "alerts.rules[0].absent", "10s to 1w"),
        Bad(
            "alerts: {rules: [{timing: a, absent: 5m, level: bad}]}", "1:49", "alerts.rules[0].level",
            "write one of info, warning, critical"),
        Bad(
            "alerts: {rules: [{timing: a, absent: 5m, statistic: p99}]}", "1:42", "alerts.rules[0].statistic",
            "unknown key"),
        Bad(
            "alerts: {rules: [{timing: a, absent: 5m}, {timing: a, absent: 1h}]}", "1:43", "alerts.rules[1]",
            "same as the one in line 1", "another name"),
        Bad("alerts: {quiet_start: 2h}", "1:23", "alerts.quiet_start", "out of range", "0s to 1h"),
    ]

    static func mute(_ settings: String) -> String { "alerts: {mute: [{\(settings)}]}" }

    static let mutes: [Bad] = [
        Bad("alerts: {mute: a}", "1:16", "alerts.mute", "not a list", "list of mutes"),
        Bad("alerts: {mute: [a]}", "1:17", "alerts.mute[0]", "not a mapping", "from: \"02:00\""),
        Bad(mute("to: \"04:00\""), "1:17", "alerts.mute[0].from", "key is missing", "2026-12-24T02:00:00Z"),
        Bad(mute("from: \"04:00\""), "1:17", "alerts.mute[0].to", "key is missing"),
        Bad(mute("from: \"24:01\", to: \"04:00\""), "1:24", "alerts.mute[0].from", "no time of a day", "24:00"),
        Bad(mute("from: 2am, to: \"04:00\""), "1:24", "alerts.mute[0].from", "'2am' is not a moment"),
        Bad(
            mute("from: 2026-02-29 10:00, to: 2026-03-01 10:00"), "1:24", "alerts.mute[0].from",
            "no moment of the calendar"),
        Bad(
            mute("from: 2026-02-28T10:00:00+1, to: 2026-03-01T10:00Z"), "1:24", "alerts.mute[0].from", "not a moment"),
        Bad(mute("from: \"04:00\", to: \"04:00\""), "1:37", "alerts.mute[0].to", "has no length", "24:00"),
        Bad(
            mute("from: 2026-03-01T10:00Z, to: 2026-03-01T09:00Z"), "1:47", "alerts.mute[0].to",
            "ends before it begins", "later moment"),
        Bad(
            mute("from: 2026-03-01T10:00Z, to: 2026-03-01 12:00"), "1:47", "alerts.mute[0].to", "has an offset",
            "both alike"),
        Bad(
            mute("from: \"04:00\", to: 2026-03-01 12:00"), "1:37", "alerts.mute[0].to", "time of the day", "both alike"),
        Bad(
            mute("from: 2026-03-01T10:00Z, to: 2026-03-01T11:00Z, days: [mon]"), "1:66", "alerts.mute[0].days",
            "dates already", "leave 'days' out"),
        Bad(
            mute("from: \"01:00\", to: \"02:00\", days: [monday]"), "1:53", "alerts.mute[0].days[0]",
            "'monday' is not known here", "mon"),
        Bad(mute("from: \"01:00\", to: \"02:00\", days: []"), "1:52", "alerts.mute[0].days", "no days", "for all"),
        Bad(mute("from: \"01:00\", to: \"02:00\", levels: [bad]"), "1:55", "alerts.mute[0].levels[0]", "info"),
        Bad(mute("from: \"01:00\", to: \"02:00\", name: \"a[\""), "1:52", "alerts.mute[0].name", "no pattern"),
        Bad(
            mute("from: \"01:00\", to: \"02:00\", timing: a.b"), "1:54", "alerts.mute[0].timing",
            "as /metrics shows it"),
        Bad(mute("from: \"01:00\", to: \"02:00\", timming: a"), "1:46", "alerts.mute[0].timming", "'timing'"),
        Bad(
            "alerts: {mute: [\(Array(repeating: "{from: \"01:00\", to: \"02:00\"}", count: 101).joined(separator: ","))]}",
            "1:16", "alerts.mute", "101 mutes", "at most 100"),
    ]

    @Test(
        "a bad configuration is refused with place, key, error and remedy",
        arguments: document + webAndStorage + push + watch + hardwareAndDetection + alerts + mutes)
    func refused(bad: Bad) {
        let lines = errorLines(bad.source)
        #expect(lines.count == 1, "\(lines)")
        let line = lines.first ?? ""
        #expect(line.hasPrefix("f.yml:\(bad.place): \(bad.key): "), "\(line)")
        for part in bad.says { #expect(line.contains(part), "\(line)") }
        // What is wrong, and what would be right.
        #expect(line.split(separator: "; ").count >= 2, "\(line)")
        #expect(!line.contains("\n"))
    }

    @Test("every error of a file is told, in the order of the file")
    func all() {
        let lines = errorLines(
            """
            alerts: {no_data_after: 1}
            web: {listen_address: x, listen_address: y}
            push:
              buckets: [2ms, 1ms, x]
              max_serie: 5
              max_series_per_metric: 0
            """)
        let places = lines.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(
            places == [
                "f.yml:1:25: alerts.no_data_after:", "f.yml:2:23: web.listen_address:",
                "f.yml:2:26: web.listen_address:", "f.yml:4:18: push.buckets[1]:", "f.yml:4:23: push.buckets[2]:",
                "f.yml:5:3: push.max_serie:", "f.yml:6:26: push.max_series_per_metric:",
            ])
    }

    @Test("at most 50 errors are listed, the others counted")
    func bounded() {
        let lines = errorLines((0..<80).map { "key\($0): 1\n" }.joined())
        #expect(lines.count == 51)
        #expect(lines.last == "30 more errors are not shown")
    }

    @Test("a list that is far too long is told once and not read to its end")
    func longList() {
        let rules = Array(repeating: "x", count: 10_000).joined(separator: ",")
        let lines = errorLines("alerts: {rules: [\(rules)]}")
        #expect(lines.first == "f.yml:1:17: alerts.rules: the list has 10000 rules; write at most 500")
        #expect(lines.count == 51)
    }

    @Test("bytes that are not UTF-8 are refused with their place")
    func invalidUTF8() throws {
        let folder = TemporaryFolder()
        let file = folder.write(Array("web: {}\n# \u{e4}".utf8) + [0xFF, 0x0A], to: "latencyd.yml")
        let problems = #expect(throws: ConfigurationProblems.self) {
            try Configuration.load(file: file, knownCollectors: [])
        }
        #expect(
            problems?.lines == [
                "\(file):2:4: (document): the byte 0xff is not valid UTF-8 here; save the file in UTF-8"
            ])
    }

    @Test("no edit of a right file makes the decoder trap, and every error of it has its place on one line")
    func edited() throws {
        let original = Array(Repository.text("examples/latencyd.yml").utf8)
        let inserted = Array(":-[]{},'\"&*!#\n ~09.smx".utf8)
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var refused = 0
        for _ in 0..<300 {
            var bytes = original
            for _ in 0...random(3) {
                let position = random(bytes.count)
                switch random(3) {
                case 0: bytes.remove(at: position)
                case 1: bytes.insert(inserted[random(inserted.count)], at: position)
                default: bytes[position] = inserted[random(inserted.count)]
                }
            }
            let lines = errorLines(String(decoding: bytes, as: UTF8.self))
            refused += lines.isEmpty ? 0 : 1
            for line in lines {
                #expect(line.wholeMatch(of: /f\.yml:\d+:\d+: .+: .+; .+/) != nil, "\(line)")
            }
        }
        #expect(refused > 100)
    }
}
