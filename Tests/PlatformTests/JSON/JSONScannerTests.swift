import TestSupport
import Testing

@testable import Platform

@Suite("Walking through JSON")
struct JSONScannerTests {
    private static func string(_ text: String) -> String? {
        var scanner = JSONScanner(Array(text.utf8))
        guard let string = try? scanner.string(), (try? scanner.end()) != nil else { return nil }
        return string
    }

    private static func isValue(_ text: [UInt8]) -> Bool {
        var scanner = JSONScanner(text)
        do throws(JSONScanner.Problem) {
            try scanner.skip()
            try scanner.end()
            return true
        } catch {
            return false
        }
    }

    private static let escapes: [(String, String?)] = [
        (#""""#, ""), (#" "a" "#, "a"), (#""µ€𝄞""#, "µ€𝄞"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\u0041\u00b5\u20AC""#, "Aµ€"), (#""\ud834\udd1e""#, "𝄞"), (#""\ud834""#, "\u{fffd}"),
        (#""\udd1e\ud834x""#, "\u{fffd}\u{fffd}x"), (#""\ud834\u0041""#, "\u{fffd}A"), (#""\u0000""#, "\0"),
        (#""\x""#, nil), (#""\u12""#, nil), (#""\u12g4""#, nil), (#""\u+123""#, nil), (#""a"#, nil), (#""a\"#, nil),
        (#""a\""#, nil), ("\"a\nb\"", nil), ("a", nil), ("", nil), (#""a" "b""#, nil),
    ]

    @Test("Strings have their escapes resolved", arguments: escapes)
    func strings(_ text: String, _ expected: String?) {
        #expect(Self.string(text) == expected)
    }

    @Test("Bytes that are no UTF-8 are repaired")
    func repaired() throws {
        var scanner = JSONScanner([0x22, 0x61, 0xFF, 0x22])
        #expect(try scanner.string() == "a\u{fffd}")
    }

    @Test(
        "Any value can be passed over",
        arguments: [
            "1", "-1.5e+3", "true", "null", "[]", "{}", "[[],[{}],{\"a\":[1,{\"b\":\"]\"}]}]", "{\"a\":{},\"b\":[1,2]}",
            " [ 1 , \"a\\\"\" , { \"b\" : false } ] ",
        ])
    func values(_ text: String) { #expect(Self.isValue(Array(text.utf8))) }

    @Test(
        "What is no value cannot",
        arguments: [
            "", " ", "]", "}", ",", "[", "{", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:2}",
            "[1}", "{\"a\":1]", "nul", "truee", "x", "[1 2]", "{\"a\" 1}", "\"a", "1 2",
        ])
    func junk(_ text: String) { #expect(!Self.isValue(Array(text.utf8))) }

    @Test("Depth has a limit, and no stack is used up")
    func depth() {
        func nested(_ count: Int) -> [UInt8] {
            Array((String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
        }
        #expect(Self.isValue(nested(JSONScanner.depthMax)))
        #expect(!Self.isValue(nested(1_000_000)))
    }

    private static let numbers: [(String, Double?)] = [
        ("0", 0), (" -1.5e+3 ", -1500), ("9007199254740993", 9_007_199_254_740_992), ("1e308", 1e308), ("1e309", nil),
        ("-", nil), ("1.2.3", nil), ("1-2", nil), ("\"1\"", nil), ("null", nil), ("", nil), ("0x10", nil), ("nan", nil),
    ]

    @Test("Numbers are finite or none", arguments: numbers)
    func number(_ text: String, _ expected: Double?) {
        var scanner = JSONScanner(Array(text.utf8))
        let number = try? scanner.number()
        let isWhole = (try? scanner.end()) != nil
        #expect((isWhole ? number : nil) == expected)
    }

    @Test("What may be null is nil then, and walked through otherwise")
    func optional() throws {
        var scanner = JSONScanner(Array("[null, 7, \"a\"]".utf8))
        var seen: [Double?] = []
        var failure: JSONScanner.Problem?
        do throws(JSONScanner.Problem) {
            try scanner.array { scanner throws(JSONScanner.Problem) in
                seen.append(
                    try scanner.optional { scanner throws(JSONScanner.Problem) in try scanner.number() })
            }
        } catch {
            failure = error
        }
        #expect(seen == [nil, 7])
        #expect(failure?.offset == 10)
    }

    @Test("Objects and arrays give their members in their order")
    func walk() throws {
        var scanner = JSONScanner(Array(#"{"a": [1, "x"], "b": {}, "a": null}"#.utf8))
        var seen: [String] = []
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            seen.append("\(name) \(scanner.kind())")
            guard scanner.kind() == .array else { return try scanner.skip() }
            try scanner.array { scanner throws(JSONScanner.Problem) in
                seen.append("\(scanner.kind())")
                try scanner.skip()
            }
        }
        try scanner.end()
        #expect(seen == ["a array", "number", "string", "b object", "a word"])
    }

    @Test("Random bytes never break it, cut or changed")
    func hostile() {
        var generator = SeededGenerator(seed: 7)
        let text = Array(#"{"a":[1,-2.5e3,"x\u00b5\n",{"b":[true,false,null]}],"c":"\ud834\udd1e"}"#.utf8)
        #expect(Self.isValue(text))
        for _ in 0..<20_000 {
            var changed = text
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                changed[Int.random(in: changed.indices, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            var scanner = JSONScanner(Array(changed.prefix(Int.random(in: 0...changed.count, using: &generator))))
            try? scanner.skip()
            #expect(scanner.offset <= text.count)
            _ = JSONEscapes.text(changed[...])
        }
    }
}
