import Collectors
import Telemetry
import Testing

@Suite("Text pages")
struct TextPageTests {
    struct Line: CustomTestStringConvertible {
        let text: String
        let sample: ScrapedSample?
        var testDescription: String { text }

        init(_ text: String, _ name: String, _ value: Double) { self.init(text, name, [:], value) }

        init(_ text: String, _ name: String, _ labels: LabelSet, _ value: Double) {
            self.text = text
            sample = ScrapedSample(name, labels, value)
        }

        init(malformed text: String) {
            self.text = text
            sample = nil
        }
    }

    static let lines: [Line] = [
        Line("a 1", "a", 1),
        Line("a\t1", "a", 1),
        Line("  a   1  ", "a", 1),
        Line("a 1\r", "a", 1),
        Line("a 1 1700000000000", "a", 1),
        Line("a 1 1700000000.123", "a", 1),
        Line("a 1 -5 ", "a", 1),
        Line("a{} 1", "a", 1),
        Line("a{}1", "a", 1),
        Line("a { } 1", "a", 1),
        Line(":tensorflow:serving:request_count 3", ":tensorflow:serving:request_count", 3),
        Line("vllm:queue{a=\"b\"} 3", "vllm:queue", ["a": "b"], 3),
        Line("_a9 3", "_a9", 3),
        Line("a{b=\"c\"} 1", "a", ["b": "c"], 1),
        Line("a{b=\"c\",} 1", "a", ["b": "c"], 1),
        Line("a\t{ b = \"c\" ,\td=\"e\" , } 1", "a", ["b": "c", "d": "e"], 1),
        Line("a{z=\"1\",b=\"2\",m=\"3\"} 1", "a", ["b": "2", "m": "3", "z": "1"], 1),
        Line("a{b=\"\"} 1", "a", ["b": ""], 1),
        Line(#"a{b="c\\d\"e\nf"} 1"#, "a", ["b": "c\\d\"e\nf"], 1),
        Line(#"a{b="\\"} 1"#, "a", ["b": "\\"], 1),
        Line(#"a{b="C:\temp\x"} 1"#, "a", ["b": "C:\\temp\\x"], 1),
        Line(#"a{b="}",c="{"} 1"#, "a", ["b": "}", "c": "{"], 1),
        Line(#"a{b="x,y=\"z\""} 1"#, "a", ["b": "x,y=\"z\""], 1),
        Line("a{b=\"ünï 日本\"} 1", "a", ["b": "ünï 日本"], 1),
        Line("a{b=\"# 1\"} 1", "a", ["b": "# 1"], 1),
        Line("a_bucket{le=\"1\"} 4 # {trace_id=\"x\"} 0.5", "a_bucket", ["le": "1"], 4),
        Line("a_bucket{le=\"1\"} 4 1700 # {trace_id=\"}\"} 0.5 1700.5", "a_bucket", ["le": "1"], 4),
        Line("a 1 # {}", "a", 1),
        Line(#"{"queue.depth"} 1"#, "queue.depth", 1),
        Line(#"{"queue.depth",model="a","x.y"="z"} 1"#, "queue.depth", ["model": "a", "x.y": "z"], 1),
        Line(#"{ "a\"b" , m="x", } 1"#, "a\"b", ["m": "x"], 1),
        Line(#"a{"x.y"="z"} 1"#, "a", ["x.y": "z"], 1),
        Line("a NaN", "a", .nan), Line("a nan", "a", .nan), Line("a -NaN", "a", .nan),
        Line("a +Inf", "a", .infinity), Line("a inf", "a", .infinity), Line("a Infinity", "a", .infinity),
        Line("a -Inf", "a", -.infinity), Line("a -inf", "a", -.infinity),
        Line("a 1.7953762259884152e+09", "a", 1.7953762259884152e+09), Line("a 1E5", "a", 1e5),
        Line("a .5", "a", 0.5), Line("a 5.", "a", 5), Line("a +5", "a", 5), Line("a -0", "a", -0.0),
        Line(malformed: "a"), Line(malformed: "a "), Line(malformed: "a b"), Line(malformed: "a 1 b"),
        Line(malformed: "a 1 2 3"), Line(malformed: "1a 1"), Line(malformed: "a-b 1"), Line(malformed: "{} 1"),
        Line(malformed: "{a=\"b\"} 1"), Line(malformed: "a{b=\"c\"}"), Line(malformed: "a{b=\"c\" 1"),
        Line(malformed: "a{b=\"c} 1"), Line(malformed: "a{b=c} 1"), Line(malformed: "a{b} 1"),
        Line(malformed: "a{b=\"c\" d=\"e\"} 1"), Line(malformed: "a{,} 1"), Line(malformed: "a{b=\"c\",,} 1"),
        Line(malformed: "a{\"b\"} 1 2 3"), Line(malformed: "a{\"b\"} 1"), Line(malformed: #"{"a","b"} 1"#),
        Line(malformed: "a{1b=\"c\"} 1"), Line(malformed: "a{b:c=\"d\"} 1"), Line(malformed: "a{=\"d\"} 1"),
        Line(malformed: "a{b=\"c\",b=\"d\"} 1"), Line(malformed: "a{b=\"c\\\"} 1"), Line(malformed: "a 0x10"),
        Line(malformed: "a 1e"), Line(malformed: "a 1e+"), Line(malformed: "a --1"), Line(malformed: "a 1.2.3"),
        Line(malformed: "a 1,5"), Line(malformed: "a infinit"), Line(malformed: "a 1e999"), Line(malformed: "a 1_000"),
        Line(malformed: "a ."), Line(malformed: "a -"), Line(malformed: "a \u{0}1"), Line(malformed: "a 1# {}"),
    ]

    @Test("A line is the sample that it says, or is skipped and counted", arguments: lines)
    func line(_ line: Line) throws {
        let page = try ParsedPage.parse("good 1\n\(line.text)\ngood 2 3 # {a=\"b\"}\n")
        var expected = ScrapedPage()
        expected.samples["good"] = [ScrapedSample("good", [:], 1)]
        expected.sampleCount = 2
        expected.duplicateCount = 1
        if let sample = line.sample {
            expected.samples[sample.name] = [sample]
            expected.sampleCount += 1
        } else {
            expected.malformedCount = 1
        }
        #expect(PageImage(page) == PageImage(expected))
    }

    @Test("The last line needs no end")
    func unfinished() throws {
        #expect(try ParsedPage.parse("a 1\nb 2").samples.keys.sorted() == ["a", "b"])
    }

    @Test("Comments, empty lines and types of families are no samples, and a family needs no type")
    func comments() throws {
        let page = try ParsedPage.parse(
            """
            # HELP a 1 of \\n them
            # TYPE a counter

            # TYPE b_total counter
            #TYPE c\thistogram
            # TYPE d untyped
            #  TYPE  e  gauge\u{20}
            # TYPE "f.g" summary
            # TYPE h gaugehistogram
            # TYPE i nonsense
            # TYPE j
            # TYPE a gauge
            # EOF
            \t
            x 1
            """)
        #expect(
            page.kinds == [
                "a": .counter, "b_total": .counter, "c": .histogram, "d": .unknown, "e": .gauge, "f.g": .summary,
                "h": .gaugeHistogram,
            ])
        #expect(page.sampleCount == 1 && page.malformedCount == 0 && page["x"] == [ScrapedSample("x", [:], 1)])
    }

    @Test("Only what is wanted is kept, with the types of its families; all samples are counted")
    func wanted() throws {
        let text = """
            # TYPE foo histogram
            foo_bucket{le="1"} 1
            foo_bucket{le="+Inf"} 2
            foo_sum 3
            foo_count 2
            # TYPE bar counter
            bar_total{a="b"} 4
            # TYPE other gauge
            other{a="b"} 5
            other 6 1700000000000
            other{a="c"} NaN
            other{a="d"} -Inf # {x="y"} 1
            foo_bucketful 7
            {"quoted.other",a="b"} 8
            {"quoted.name",a="b"} 9
            """
        let page = try ParsedPage.parse(text, wanted: WantedNames(["foo_bucket", "bar_total", "quoted.name"]))
        #expect(page.samples.keys.sorted() == ["bar_total", "foo_bucket", "quoted.name"])
        #expect(page["foo_bucket"].map(\.labels) == [["le": "1"], ["le": "+Inf"]])
        #expect(page.kinds == ["foo": .histogram, "bar": .counter])
        #expect(page.sampleCount == 12 && page.malformedCount == 0)
    }

    @Test("What cannot be a sample counts as malformed on lines that nobody wants too")
    func glances() throws {
        let page = try ParsedPage.parse("a 1\nb\nb{c=\"d\"}\nb x;\n1b 2\nb 2\n", wanted: WantedNames(["a"]))
        #expect(page.sampleCount == 2 && page.malformedCount == 4)
    }

    @Test("Of samples with the same name and labels the first is taken, in whatever order the labels stand")
    func duplicates() throws {
        let page = try ParsedPage.parse(
            "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\na{x=\"1\",y=\"2\"} 3\na{x=\"1\"} 4\n")
        #expect(page["a"].map(\.value) == [1, 4])
        #expect(page.duplicateCount == 2 && page.sampleCount == 4)
    }

    @Test("Bad UTF-8 in a label is repaired and counted once")
    func badUTF8() throws {
        let bad = Array("a{b=\"x".utf8) + [0xFF] + Array("y\"} ".utf8)
        let page = try ParsedPage.parse(
            bad + Array("1\n".utf8) + bad + Array("2\n".utf8) + Array("a{b=\"x�y\"} 3".utf8))
        #expect(page["a"] == [ScrapedSample("a", ["b": "x\u{FFFD}y"], 1)])
        #expect(page.repairedCount == 1 && page.duplicateCount == 2)
    }

    @Test(
        "A page without a sample that is no exposition is an error which shows how it begins",
        arguments: [
            ("<!DOCTYPE html>\n<html><body>Not here</body></html>", "<!DOCTYPE html>"),
            ("{\"status\":\"ok\",\"queue\":3}", "{\"status\":\"ok\",\"queue\":3}"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{"),
            ("404 page not found\n", "404 page not found"),
            ("# fine so far\nNot Found\n", "Not Found"),
            ("Internal Server Error", "Internal Server Error"),
            ("\u{1}\u{2}é\n", "  é"),
            (String(repeating: "x", count: 100_000), String(repeating: "x", count: 80) + "…"),
        ])
    func junk(_ text: String, _ excerpt: String) {
        #expect(throws: PageError.noExposition(excerpt: excerpt)) { try ParsedPage.parse(text) }
        #expect(throws: PageError.noExposition(excerpt: excerpt)) {
            try ParsedPage.parse(text, wanted: WantedNames(["a"]))
        }
    }

    @Test("Junk without an end is given up on")
    func endlessJunk() throws {
        var limits = PageLimits()
        limits.junkLinesMax = 10
        var parser = PageParser(format: .text, wanted: .all, limits: limits)
        let line = Array("<p>more</p>\n".utf8)
        #expect(throws: PageError.noExposition(excerpt: "<p>more</p>")) {
            for _ in 0..<10 { try ParsedPage.feed(line, to: &parser) }
        }
    }

    @Test("A page without samples is a page: servers have types only until their first request")
    func empty() throws {
        #expect(try ParsedPage.parse("") == ScrapedPage())
        #expect(try ParsedPage.parse("# TYPE a counter\n").kinds == ["a": .counter])
    }
}

@Suite("OpenMetrics pages")
struct OpenMetricsPageTests {
    @Test("A page ends with its end mark")
    func whole() throws {
        let text = """
            # TYPE a counter
            # UNIT a seconds
            # HELP a text
            a_total{b="c"} 1.0 1700000000.5 # {id="x"} 0.5 1700000000.5
            a_created{b="c"} 1700000000.0
            # TYPE b info
            b_info{v="1"} 1
            # EOF

            """
        let page = try ParsedPage.parse(text, .openMetrics, wanted: WantedNames(["a_total", "b_info"]))
        #expect(page["a_total"] == [ScrapedSample("a_total", ["b": "c"], 1)])
        #expect(page.kinds == ["a": .counter, "b": .info])
        #expect(page["a_created"].isEmpty && page.sampleCount == 3)
    }

    @Test("A page without its end mark is truncated", arguments: ["", "a 1\n", "a 1\n# EO", "a 1\n # EOF x\n"])
    func truncated(_ text: String) {
        #expect(throws: PageError.truncated) { try ParsedPage.parse(text, .openMetrics) }
    }

    @Test("A page that is another one is named, not called truncated")
    func junk() {
        #expect(throws: PageError.noExposition(excerpt: "<html>")) { try ParsedPage.parse("<html>", .openMetrics) }
    }

    @Test("What follows the end mark is skipped and counted")
    func afterEnd() throws {
        let page = try ParsedPage.parse("a 1\n# EOF\nb 2\n\n", .openMetrics)
        #expect(page.samples.keys.sorted() == ["a"] && page.malformedCount == 1)
    }
}
