import Glibc
import TestSupport
import Testing

@testable import Collectors

@Suite("Decimal parser")
struct DecimalParserTests {
    private func parse(_ text: String) throws -> Double {
        let bytes = Array(text.utf8)
        return try DecimalParser.parse(bytes.span, 0..<bytes.count)
    }

    @Test(
        "A decimal is read as exactly the double that the language reads",
        arguments: [
            "0", "1", "-1", "+1", "12.5", "0.1", ".5", "5.", "0.30000000000000004", "9007199254740993", "1e-05",
            "1.7976931348623157e308", "123456789012345678901234567890", "0.000000000000000000000000001", "4.9e-324",
            "2.2250738585072011e-308",
        ])
    func exact(text: String) throws {
        #expect(try parse(text) == strtod(text, nil))
    }

    @Test("A thousand random doubles are read back exactly")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<1_000 {
            let value = generator.logNormal(median: 20, sigma: 2)
            #expect(try parse("\(value)") == value)
        }
    }
}
