import AnomalyDetect
import Telemetry
import TestSupport
import Testing

@testable import Exporter

@Suite("systemd/latencyd.catalog")
struct JournalCatalogTests {
    /// The text of each entry by its identifier.
    private static let entries: [String: String] = {
        let parts = Repository.text("systemd/latencyd.catalog").split(separator: "\n-- ").dropFirst()
        return Dictionary(parts.map { (String($0.prefix(32)), String($0.dropFirst(33))) }) { first, _ in
            Issue.record("two entries with one identifier")
            return first
        }
    }()

    @Test("explains every kind of journal entry, and nothing else; so does the manual")
    func complete() {
        let kinds = AlertMessage.Kind.allCases.map(\.messageID)
        #expect(Set(Self.entries.keys) == Set(kinds))
        let manual = Repository.text("docs/alerts.md")
        for id in kinds { #expect(manual.contains("`\(id)`")) }
    }

    @Test("uses fields alone that every entry has", arguments: AlertMessage.Kind.allCases)
    func fields(_ kind: AlertMessage.Kind) throws {
        let bare = AlertChange(
            rule: "A", timing: "t", unit: .seconds, labels: [:], measure: .statistic(.p99), from: .warning, to: .none,
            value: nil, threshold: nil, sinceUnixSeconds: 0, overSinceUnixSeconds: nil, atUnixSeconds: 1,
            reason: .noData)
        let always = Set(AlertMessage(bare).journalFields.map(\.name)).subtracting(["LATENCYD_TIMING"])
        let used = try #require(Self.entries[kind.messageID]).matches(of: /@([A-Z_]+)@/).map { String($0.1) }
        #expect(used.contains("LATENCYD_SUBJECT") && used.contains("LATENCYD_SINCE"))
        #expect(Set(used).subtracting(always).isEmpty)
    }
}
