import Glibc
import TestSupport
import Testing

@testable import Collectors

@Suite("Numbers of expositions")
struct ExpositionNumberTests {
    private func read(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        var position = 0
        let value = ExpositionNumber.read(bytes.span, at: &position, end: bytes.count)
        return position == bytes.count ? value : nil
    }

    @Test(
        "A decimal is the nearest double",
        arguments: [
            "0", "-0", "1", "0.1", ".5", "5.", "+3", "0.30000000000000004", "9007199254740993", "9007199254740992.5",
            "9007199254740993.00000000000000000001", "1e-05", "1E+22", "1e23", "8.5e22", "1.7976931348623157e308",
            "123456789012345678901234567890", "0.000000000000000000000000001", "4.9e-324", "2.4703282292062328e-324",
            "2.2250738585072011e-308", "2.2250738585072014e-308", "1e-400", "0e999", "18446744073709551615",
            "9999999999999999999", "9999999999999999999e27", "9999999999999999999e-27", "1e27", "1e-27", "1e28",
            "7.2057594037927933e16", "0.500000000000000166533453693773481063544750213623046875",
            "3.518437208883201171875e13", "1.00000000000000011102230246251565404236316680908203125",
            "0000000000000000000000000000001.5", "6.02214076e23", "1." + String(repeating: "0", count: 400) + "1",
        ])
    func nearest(_ text: String) {
        #expect(read(text)?.bitPattern == strtod(text, nil).bitPattern)
    }

    @Test("Random numbers are the nearest double, however many digits they have")
    func random() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let digits = 1 + generator.next(below: 20)
            var text = String((0..<digits).map { _ in Character("\(generator.next(below: 10))") })
            if generator.next(below: 2) == 0 {
                text.insert(".", at: text.index(text.startIndex, offsetBy: generator.next(below: digits)))
            }
            if generator.next(below: 2) == 0 { text += "e\(generator.next(below: 61) - 30)" }
            #expect(read(text)?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
        }
    }

    @Test("Halves between two doubles go to the even one")
    func ties() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<5_000 {
            let odd = 1 << 53 | UInt64(generator.next(below: 1 << 53)) | 1
            for text in ["\(odd)", "\(odd * 5)e-1", "\(odd)e2", "\(odd)e-3"] {
                #expect(read(text)?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
            }
        }
    }

    @Test("Every double is read back from its shortest decimal")
    func roundTrip() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(read("\(value)")?.bitPattern == value.bitPattern)
        }
    }

    @Test(
        "What is no number is refused",
        arguments: [
            "", "+", "-", ".", "e5", "1e", "1e+", "0x10", "1_0", "1,0", "nano", "in", "infinit", "infinityy", "1.2.3",
            "--1", "+-1", "1e999", "-1e999", "1f", "１", String(repeating: "1", count: 600) + ".5e-600",
        ])
    func refused(_ text: String) {
        #expect(read(text) == nil)
    }
}
