import TestSupport
import Testing

@testable import Exporter

@Suite("numbers as text")
struct NumberTextTests {
    @Test(
        "a Double is written as Prometheus reads it",
        arguments: [
            (0, "0", "0.0"), (-0.0, "-0", "-0.0"), (1, "1", "1.0"), (-1, "-1", "-1.0"), (0.1, "0.1", "0.1"),
            (0.0025, "0.0025", "0.0025"), (0.0001, "0.0001", "0.0001"), (0.00001, "1e-05", "1e-05"),
            (12.5e-7, "1.25e-06", "1.25e-06"), (2.5, "2.5", "2.5"), (60, "60", "60.0"),
            (100_000, "100000", "100000.0"), (123_456.75, "123456.75", "123456.75"),
            (1_000_000, "1000000", "1e+06"), (1_234_567.5, "1234567.5", "1.2345675e+06"),
            (1e10, "10000000000", "1e+10"), (1e21, "1e+21", "1e+21"), (1e100, "1e+100", "1e+100"),
            (0x1p53, "9007199254740992", "9.007199254740992e+15"), (.leastNonzeroMagnitude, "5e-324", "5e-324"),
            (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"), (.nan, "NaN", "NaN"), (-.nan, "NaN", "NaN"),
        ] as [(Double, String, String)])
    func double(value: Double, plain: String, canonical: String) {
        var bytes: [UInt8] = []
        bytes.append(number: value)
        #expect(String(decoding: bytes, as: UTF8.self) == plain)
        bytes = []
        bytes.append(canonical: value)
        #expect(String(decoding: bytes, as: UTF8.self) == canonical)
    }

    @Test("both layouts read back as the same number, over all magnitudes")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            for value in [value, Double(Float(value)), (value / 3).rounded()] where value.isFinite {
                var bytes: [UInt8] = []
                bytes.append(number: value)
                try #require(Double(String(decoding: bytes, as: UTF8.self)) == value)
                bytes = []
                bytes.append(canonical: value)
                try #require(Double(String(decoding: bytes, as: UTF8.self)) == value)
            }
        }
    }

    @Test(
        "a count is written with all its digits",
        arguments: [(0, "0"), (9, "9"), (10, "10"), (12_345, "12345"), (UInt64.max, "18446744073709551615")]
            as [(UInt64, String)])
    func count(value: UInt64, text: String) {
        var bytes: [UInt8] = []
        bytes.append(number: value)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
