import Testing

@testable import Telemetry

@Suite("Glob")
struct GlobTests {
    @Test(
        "a pattern matches whole texts and nothing else",
        arguments: [
            ("", ["": true, "a": false]),
            ("a_b", ["a_b": true, "a_bc": false, "xa_b": false, "A_B": false]),
            ("*", ["": true, "a/b\nc": true]),
            ("**", ["": true, "abc": true]),
            ("a*", ["a": true, "abc": true, "ba": false]),
            ("*_seconds", ["x_seconds": true, "_seconds": true, "x_seconds_total": false]),
            ("a*b*c", ["abc": true, "aXbYbc": true, "acb": false, "ab": false]),
            ("?", ["": false, "a": true, "é": true, "ab": false]),
            ("a?c", ["abc": true, "ac": false, "a\nc": true]),
            ("[a-c]x", ["ax": true, "cx": true, "dx": false, "x": false]),
            ("[!a-c]x", ["ax": false, "dx": true]),
            ("[^a]", ["a": false, "^": true]),
            ("[]]", ["]": true, "[": false]),
            ("[!]]", ["]": false, "[": true]),
            ("[a-]", ["a": true, "-": true, "b": false]),
            ("[\\]a]", ["]": true, "a": true, "\\": false]),
            ("a]", ["a]": true]),
            ("{a,bc}d", ["ad": true, "bcd": true, "abcd": false, "d": false]),
            ("x{,y}", ["x": true, "xy": true, "xyy": false]),
            ("{a*,?b}", ["a": true, "azz": true, "xb": true, "xbb": false]),
            ("{a,{b,c}d}e", ["ae": true, "bde": true, "cde": true, "be": false]),
            ("a,b", ["a,b": true]),
            ("\\*\\{\\\\", ["*{\\": true, "x{\\": false]),
            ("\u{e9}*", ["\u{e9}a": true]),
            ("\u{e9}?", ["e\u{301}a": false]),
        ])
    func matches(pattern: String, texts: [String: Bool]) throws {
        let glob = try Glob(pattern)
        for (text, expected) in texts {
            #expect(glob.matches(text) == expected, "\(pattern) against \(text.debugDescription)")
        }
    }

    @Test(
        "a broken pattern is refused with the place of the fault",
        arguments: [
            ("ab[c", GlobError.unclosedBracket(position: 3)),
            ("[]", .unclosedBracket(position: 1)),
            ("[!", .unclosedBracket(position: 1)),
            ("[a-", .unclosedBracket(position: 1)),
            ("a{b,c", .unclosedBrace(position: 2)),
            ("{a,{b}", .unclosedBrace(position: 1)),
            ("a}b", .strayBrace(position: 2)),
            ("{a}}", .strayBrace(position: 4)),
            ("x{}", .emptyBraces(position: 2)),
            ("x[az-a]", .reversedRange(position: 4, range: "z-a")),
            ("ab\\", .danglingEscape(position: 3)),
            ("[\\", .danglingEscape(position: 2)),
            (String(repeating: "{", count: 9), .tooDeep(position: 9)),
            (String(repeating: "a", count: 513), .tooLong(length: 513)),
        ])
    func refuses(pattern: String, error: GlobError) {
        #expect(throws: error) { try Glob(pattern) }
        #expect(error.position <= pattern.unicodeScalars.count)
    }

    @Test("a pattern made for backtracking costs no more than both lengths multiplied")
    func pathological() throws {
        let text = String(repeating: "a", count: 10_000)
        for pattern in ["*a*a*a*a*b", "{a,aa,aaa}*{a,aa,aaa}*{a,aa}*b", "?*?*?*?*?*b"] {
            let glob = try Glob(pattern)
            var steps = 0
            #expect(!glob.matches(text, steps: &steps))
            // Entering a state and asking it are two visits.
            #expect(steps <= 2 * 3 * (pattern.count + 1) * (text.count + 1))
            #expect(glob.matches(text + "b"))
        }
    }

    @Test(
        "a pattern translates to the regular expression of a PromQL matcher",
        arguments: [
            ("inference_*_seconds", "inference_.*_seconds"),
            ("a.b?", "a\\.b."),
            ("{a,b*}[!x-z]", "(?:a|b.*)[^x-z]"),
            ("\\*[\\]^]", "\\*[\\]\\^]"),
        ])
    func regularExpression(pattern: String, expected: String) throws {
        #expect(try Glob(pattern).regularExpression == expected)
    }

    @Test("a pattern without wildcards is known as the text it stands for")
    func literal() throws {
        #expect(try Glob("a\\*b").literal == "a*b")
        #expect(try Glob("a*b").literal == nil)
        #expect(try Glob("{a}").isLiteral == false)
    }

    @Test("random patterns agree with a matcher written by recursion")
    func againstRecursion() throws {
        var generator = SplitMix(state: 7)
        for _ in 0..<3_000 {
            let pattern = String((0..<generator.next(8)).map { _ in Array("ab*?")[generator.next(4)] })
            let text = String((0..<generator.next(8)).map { _ in Array("ab")[generator.next(2)] })
            let expected = recursive(Array(pattern)[...], Array(text)[...])
            #expect(try Glob(pattern).matches(text) == expected, "\(pattern) against \(text)")
        }
    }

    private func recursive(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return recursive(pattern.dropFirst(), text) || (!text.isEmpty && recursive(pattern, text.dropFirst()))
        }
        guard let character = text.first, first == "?" || first == character else { return false }
        return recursive(pattern.dropFirst(), text.dropFirst())
    }
}

/// A small generator with a seed.
private struct SplitMix {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
