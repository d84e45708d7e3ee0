import Testing

@testable import Exporter

@Suite("Decimal digits")
struct DecimalDigitsTests {
    @Test(
        "a number is written plainly and in scientific form",
        arguments: [
            (0, "0", "0e+00"), (-0.0, "0", "0e+00"), (1, "1", "1e+00"), (0.15, "0.15", "1.5e-01"),
            (-2.5, "-2.5", "-2.5e+00"), (1500, "1500", "1.5e+03"), (123_456.789, "123456.789", "1.23456789e+05"),
            (0.001, "0.001", "1e-03"), (1e-7, "0.0000001", "1e-07"), (1e-8, "1e-08", "1e-08"),
            (1e15, "1000000000000000", "1e+15"), (1e16, "1e+16", "1e+16"), (.leastNonzeroMagnitude, "5e-324", "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308", "1.7976931348623157e+308"), (100, "100", "1e+02"),
            (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"), (.nan, "NaN", "NaN"),
        ] as [(Double, String, String)])
    func texts(number: Double, plain: String, scientific: String) {
        #expect(number.shortestText == plain)
        #expect(number.prometheusScientific == scientific)
    }

    @Test(
        "rounding keeps the digits asked for",
        arguments: [
            (0.12345, 3, "0.123"), (0.1235, 3, "0.124"), (0.9996, 3, "1"), (99.96, 3, "100"), (1234, 2, "1200"),
            (5, 3, "5"), (1.005, 3, "1.01"), (0, 3, "0"), (10.04, 3, "10"),
        ] as [(Double, Int, String)])
    func rounding(number: Double, digits: Int, text: String) {
        #expect(DecimalDigits(number).rounded(to: digits).plain == text)
    }

    @Test("the texts of random numbers read back as the same numbers")
    func readBack() {
        var bits: UInt64 = 1
        for _ in 0..<20_000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            #expect(Double(DecimalDigits(number).plain) == number)
            #expect(Double(DecimalDigits(number).scientific) == number)
        }
    }
}
