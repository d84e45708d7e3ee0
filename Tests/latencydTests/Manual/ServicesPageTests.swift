import Collectors
import TestSupport
import Testing

@Suite("docs/services.md")
struct ServicesPageTests {
    private static let rows = MarkdownTable.rows(of: Repository.text("docs/services.md"))
    private static let firstCodes = Set(rows.flatMap { MarkdownTable.codes(in: $0[0]) })

    @Test("has every profile with its default address and the switches of its signals", arguments: ServiceProfiles.all)
    func profiles(_ profile: ServiceProfile) throws {
        let row = try #require(Self.rows.first { $0.count == 11 && MarkdownTable.codes(in: $0[0]) == [profile.id] })
        #expect(MarkdownTable.codes(in: row[1]) == [":\(profile.ports[0])\(profile.path)"])
        var isOwn = false
        var signals: Set<String> = []
        for row in Self.rows where row.count == 3 {
            if let id = MarkdownTable.codes(in: row[0]).first { isOwn = id == profile.id }
            if isOwn { signals.formUnion(MarkdownTable.codes(in: row[1])) }
        }
        #expect(signals.isSuperset(of: profile.switches.keys.map(\.rawValue)), "\(profile.id)")
    }

    @Test("has every signal and every reason for which a service is down")
    func words() {
        let words = ServiceSignal.allCases.map(\.rawValue) + ServiceFailure.Reason.allCases.map(\.rawValue)
        #expect(Set(words).subtracting(Self.firstCodes).sorted() == [])
    }
}
