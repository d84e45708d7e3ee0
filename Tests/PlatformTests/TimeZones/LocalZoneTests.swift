import Glibc
import Testing

@testable import Platform

@Suite("Local time")
struct LocalZoneTests {
    /// Moments around the changes of 2026 in Europe: 29 March and 25 October, 01:00 UTC.
    @Test(
        "a rule changes the clocks on the second",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_774_745_999, 3_600), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_774_746_000, 7_200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 1_792_889_999, 7_200), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_792_890_000, 3_600),
            // Sydney's summer goes over the new year: 4 April and 3 October 2026, 16:00 UTC.
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_775_318_399, 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_775_318_400, 36_000),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_791_043_199, 36_000),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_791_043_200, 39_600),
            ("<+0545>-5:45", 0, 20_700), ("UTC0", 1_774_746_000, 0), ("EST5EDT", 1_783_000_000, -14_400),
            // The 60th day without the leap day is 1 March, in a leap year too.
            ("AAA0BBB,J60/0,J300/0", 1_709_251_199, 0), ("AAA0BBB,J60/0,J300/0", 1_709_251_200, 3_600),
        ])
    func rules(_ text: String, _ unix: Int64, _ offset: Int32) throws {
        #expect(try #require(PosixZone(text)).offset(at: unix) == offset)
    }

    @Test(
        "what is no rule is refused",
        arguments: ["", "C-1", "CET", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "UTC0x"])
    func notRules(_ text: String) {
        #expect(PosixZone(text) == nil)
    }

    @Test(
        "a zone of the database goes on by its rule",
        .enabled(if: access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0))
    func database() throws {
        let zone = try LocalZone.named("Europe/Berlin")
        // Before daylight saving was taken up again in 1980, on both sides of a change, and long after the file's last.
        for (moment, offset) in [
            (300_000_000, 3_600), (1_792_889_999, 7_200), (1_792_890_000, 3_600), (4_118_000_000, 7_200),
        ]
            as [(Int64, Int32)]
        {
            #expect(zone.offset(at: moment) == offset, "\(moment)")
        }
    }

    @Test("a file's changes hold before its rule does")
    func file() throws {
        let zone = try #require(
            LocalZone(tzif: Self.file(changes: [(1_000, 0), (2_000, 1)], offsets: [60, 120], rule: "XXX-1")))
        #expect(zone.offset(at: 999) == 60)
        #expect(zone.offset(at: 1_500) == 60)
        #expect(zone.offset(at: 2_000) == 3_600)
        #expect(LocalZone(tzif: Array("TZif".utf8)) == nil)
        let bytes = Self.file(changes: [(1_000, 0), (2_000, 1)], offsets: [60, 120], rule: "XXX-1")
        for length in 0..<bytes.count - 8 { #expect(LocalZone(tzif: Array(bytes.prefix(length))) == nil) }
        #expect(LocalZone(tzif: Self.file(changes: [(1_000, 7)], offsets: [60], rule: "")) == nil)
    }

    @Test("TZ names a zone, a file, or a rule; without it the host's file counts, and UTC without both")
    func host() {
        let nowhere = "/nonexistent"
        #expect(LocalZone.host(environment: ["TZ": "XXX-2"], localtime: nowhere).offset(at: 0) == 7_200)
        #expect(LocalZone.host(environment: ["TZ": ":\(nowhere)"], localtime: nowhere) == .utc)
        #expect(LocalZone.host(environment: [:], localtime: nowhere) == .utc)
    }

    @Test(
        "a name that would leave the folder is no zone",
        arguments: ["../../etc/passwd", "/etc/localtime", "", "Europe//Berlin"])
    func outside(_ name: String) {
        #expect(throws: LocalZoneError.self) { try LocalZone.named(name) }
    }

    private static func file(changes: [(Int64, UInt8)], offsets: [Int32], rule: String) -> [UInt8] {
        func big(_ value: Int64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * Int64(count - 1 - $0))) }
        }
        func header(_ times: Int, _ types: Int) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, times, types, 4].flatMap { big(Int64($0), 4) }
        }
        let names = Array("ABC\0".utf8)
        return header(0, 1) + [UInt8](repeating: 0, count: 6) + names
            + header(changes.count, offsets.count) + changes.flatMap { big($0.0, 8) } + changes.map(\.1)
            + offsets.flatMap { big(Int64($0), 4) + [0, 0] } + names + Array("\n\(rule)\n".utf8)
    }
}
