import ArgumentParser
import Collectors
import TestSupport
import Testing

@testable import latencyd

@Suite("docs/configuration.md")
struct ConfigurationDocumentationTests {
    /// The code blocks of the page with `language`.
    private func blocks(_ language: String) throws -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in Repository.text("docs/configuration.md").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line == "```\(language)" {
                block = []
            } else if line == "```", let lines = block {
                blocks.append(lines.joined(separator: "\n"))
                block = nil
            } else {
                block?.append(line)
            }
        }
        return blocks
    }

    @Test("the full example is valid and is made of defaults, but for the layers and the rule")
    func fullExample() throws {
        let loaded = try decode(try #require(try blocks("yaml").last))
        #expect(loaded.warnings.isEmpty)
        var expected = Configuration.default
        expected.storage.path = StorageConfiguration.pathDefault
        expected.push.datagramSocket = "/run/latencyd/timings.sock"
        expected.push.streamSocket = "/run/latencyd/timings-stream.sock"
        expected.push.socketGroup = PushConfiguration.socketGroupDefault
        expected.push.layers = loaded.configuration.push.layers
        expected.hardware = loaded.configuration.hardware
        expected.alerts.signalRules = loaded.configuration.alerts.signalRules
        expected.notify.alertmanagers = loaded.configuration.notify.alertmanagers
        expected.alerts.rules = loaded.configuration.alerts.rules
        expected.alerts.absenceRules = loaded.configuration.alerts.absenceRules
        expected.alerts.mutes = loaded.configuration.alerts.mutes
        #expect(loaded.configuration == expected)
        let rule = try #require(loaded.configuration.alerts.rules.first)
        #expect(
            rule
                == AlertRuleConfiguration(
                    timing: rule.timing, labels: rule.labels, statistic: rule.statistic, thresholds: rule.thresholds))
    }

    @Test("the errors shown are those of the file shown")
    func errorExample() throws {
        let lines = errorLines(try #require(try blocks("yaml").first), file: "latencyd.yml")
        #expect(lines.count == 3)
        #expect(try blocks("text").first == lines.joined(separator: "\n"))
    }

    @Test("every key, flag and later key is on the page")
    func complete() throws {
        let page = Repository.text("docs/configuration.md")
        let keys: [[String]] = [
            TopKey.allCases.map(\.rawValue), WebKey.allCases.map(\.rawValue), StorageKey.allCases.map(\.rawValue),
            PushKey.allCases.map(\.rawValue), LayerKey.allCases.map(\.rawValue), HardwareKey.allCases.map(\.rawValue),
            CollectorKey.allCases.map { "collectors.ID." + $0.rawValue }, ["collectors.wakeup_latency.rate"],
            collectorIds,
            LibraryCollectorKey.allCases.filter { CollectorKey(rawValue: $0.rawValue) == nil }
                .map { "collectors.nvidia." + $0.rawValue },
            ServiceKey.allCases.map(\.rawValue), BasicAuthKey.allCases.map(\.rawValue),
            TLSKey.allCases.map(\.rawValue), SignalKey.allCases.map(\.rawValue), QueryKey.allCases.map(\.rawValue),
            SignalKind.allCases.map(\.rawValue),
            SignalUnit.allCases.map(\.rawValue), ServiceSignal.allCases.map(\.rawValue),
            ConfigurationDecoder.profileIDs,
            DetectionKey.allCases.map(\.rawValue), FalseAlarmsKey.allCases.map { "false_alarms." + $0.rawValue },
            LearnedAlertsKey.allCases.map { "learned." + $0.rawValue }, AlertsKey.allCases.map(\.rawValue),
            WatchKey.allCases.map(\.rawValue), RuleKey.allCases.map(\.rawValue),
            AbsenceRuleKey.allCases.map(\.rawValue),
            MuteKey.allCases.map(\.rawValue), MuteDay.allCases.map(\.rawValue), SignalRuleKey.allCases.map(\.rawValue),
            ThresholdKey.allCases.map(\.rawValue), NotifyKey.allCases.map(\.rawValue),
            AlertmanagerKey.allCases.map(\.rawValue),
        ]
        let names = keys.flatMap { $0 }.filter { $0 != HardwareKey.collectors.rawValue }
        for name in names { #expect(page.contains("`\(name)`"), "\(name)") }
        let help = RunOptions.helpMessage()
        for flag in [
            "--config.file", "--web.listen-address", "--web.config.file", "--storage.path", "--path.sysfs",
            "--path.procfs", "--log.level", "--log.format",
        ] {
            #expect(page.contains("`\(flag)`"))
            #expect(help.contains(flag))
        }
    }
}
