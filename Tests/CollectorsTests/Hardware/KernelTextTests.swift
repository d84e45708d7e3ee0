import Platform
import Testing

@testable import Collectors

@Suite("Small files of the kernel")
struct KernelTextTests {
    @Test(
        "an integer is digits, perhaps a minus sign, perhaps one line feed",
        arguments: [
            ("0\n", 0), ("45000\n", 45_000), ("45000", 45_000), ("-12\n", -12), ("007\n", 7),
            ("9223372036854775807\n", Int64.max), ("-9223372036854775807\n", -Int64.max),
            ("", nil), ("\n", nil), ("-", nil), ("--1", nil), ("+1\n", nil), (" 1\n", nil), ("1 \n", nil),
            ("1\n\n", nil),
            ("1\n2\n", nil), ("1\0", nil), ("1.5\n", nil), ("1e3\n", nil), ("0x10\n", nil), ("nan\n", nil),
            ("9223372036854775808\n", nil), ("99999999999999999999\n", nil), ("00000000000000000001\n", nil),
            ("<unknown>\n", nil), ("１\n", nil),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) {
        #expect(KernelText.integer(Array(text.utf8), in: .min ... .max) == value)
    }

    @Test("an integer outside its range is refused", arguments: [(-1, false), (0, true), (10, true), (11, false)])
    func range(value: Int64, isTaken: Bool) {
        #expect((KernelText.integer(Array("\(value)\n".utf8), in: 0...10) != nil) == isTaken)
    }

    @Test(
        "a word is one printable line",
        arguments: [
            ("x86_pkg_temp\n", "x86_pkg_temp"), ("TCC Offset\n", "TCC Offset"), ("Grüße", "Grüße"),
            ("", nil), ("\n", nil), ("a\nb\n", nil), ("a\tb\n", nil), ("a\0\n", nil), ("a\u{85}b", nil),
        ] as [(String, String?)])
    func words(text: String, word: String?) {
        #expect(KernelText.word(Array(text.utf8)) == word)
    }

    @Test("a word is UTF-8 of at most 128 bytes")
    func longWords() {
        #expect(KernelText.word([UInt8](repeating: UInt8(ascii: "a"), count: 128)) != nil)
        #expect(KernelText.word([UInt8](repeating: UInt8(ascii: "a"), count: 129)) == nil)
        #expect(KernelText.word([0x61, 0xff]) == nil)
    }

    @Test(
        "a list of integers has single spaces and no repetition",
        arguments: [
            ("0\n", [0]), ("0 1 10\n", [0, 1, 10]), ("0 1 \n", [0, 1]),
            ("", nil), ("\n", nil), ("0  1\n", nil), ("0\n 1\n", nil), ("0 0\n", nil), ("0-3\n", nil), ("100\n", nil),
            ("0 1 2 3 4\n", nil),
        ] as [(String, [Int64]?)])
    func lists(text: String, values: [Int64]?) {
        #expect(KernelText.integers(Array(text.utf8), in: 0...99, countMax: 4) == values)
    }

    @Test("an excerpt is one printable line and short")
    func excerpts() {
        #expect(KernelText.excerpt([0x61, 0, 0xff, 0x0a]) == "a··")
        #expect(KernelText.excerpt([UInt8](repeating: 0x39, count: 65_536)) == String(repeating: "9", count: 32) + "…")
    }

    @Test("entries are sorted by number, and names of another form are left out")
    func entries() {
        let names = [
            "cpu10", "cpu9", "cpu", "cpu01", "cpux", "cpufreq", "cpu1\n", "xcpu3", "cpu-1", "cpu1000000", "cpu0",
        ]
        let found = NumberedEntry.all(in: .sysfs("cpu"), names: names, prefix: "cpu", suffix: "")
        #expect(found.map(\.number) == [0, 9, 10])
        #expect(found.map(\.path) == [.sysfs("cpu/cpu0"), .sysfs("cpu/cpu9"), .sysfs("cpu/cpu10")])
        let trips = [
            "trip_point_1_temp", "trip_point_1_type", "trip_point__temp", "trip_point_0_temp", "trip_point_temp",
        ]
        let temps = NumberedEntry.all(in: .sysfs("z"), names: trips, prefix: "trip_point_", suffix: "_temp")
        #expect(temps.map(\.label) == ["0", "1"])
    }
}
