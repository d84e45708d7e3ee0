import Platform
import Testing

@Suite("YAML documents")
struct YAMLDocumentTests {
    private func parse(_ text: String) -> YAMLDocument { YAMLDocument.parse(Array(text.utf8)) }

    @Test("every key and value knows its line and column")
    func marks() throws {
        let document = parse("# comment\nweb:\n  listen: 'a'\nlist: [x, \"y\"]\n")
        #expect(document.problems.isEmpty)
        guard case .mapping(let top) = try #require(document.root).content else { throw Unexpected() }
        #expect(top.map(\.key) == ["web", "list"])
        #expect(top.map(\.keyMark) == [YAMLMark(line: 2, column: 1), YAMLMark(line: 4, column: 1)])
        guard case .mapping(let web) = top[0].value.content, case .sequence(let list) = top[1].value.content else {
            throw Unexpected()
        }
        #expect(web[0].keyMark == YAMLMark(line: 3, column: 3))
        #expect(web[0].value.mark == YAMLMark(line: 3, column: 11))
        #expect(list.map(\.mark) == [YAMLMark(line: 4, column: 8), YAMLMark(line: 4, column: 11)])
    }

    @Test("columns count characters and a byte order mark counts nothing")
    func columnsOfCharacters() throws {
        let document = parse("\u{FEFF}{ä: ü, b: c}")
        guard case .mapping(let top) = try #require(document.root).content else { throw Unexpected() }
        #expect(top.map(\.keyMark.column) == [2, 8])
    }

    @Test(
        "a scalar keeps its text and how it was written",
        arguments: [
            ("0660", "0660", YAMLScalar.Style.plain),
            ("'0660'", "0660", .quoted),
            ("\"a\\tb\"", "a\tb", .quoted),
            ("|\n  a\n  b\n", "a\nb\n", .block),
            ("''", "", .quoted),
        ])
    func scalars(source: String, text: String, style: YAMLScalar.Style) throws {
        let root = try #require(parse(source).root)
        #expect(root.content == .scalar(YAMLScalar(text: text, style: style)))
    }

    @Test(
        "only plain words stand for null",
        arguments: [("a:", true), ("a: ~", true), ("a: null", true), ("a: ''", false), ("a: 'null'", false)])
    func nulls(source: String, isNull: Bool) throws {
        guard case .mapping(let entries) = try #require(parse(source).root).content else { throw Unexpected() }
        #expect(entries[0].value.isNull == isNull)
    }

    @Test("a text without a document has no root and no problem", arguments: ["", "\n\n", "# only a comment\n"])
    func empty(source: String) {
        let document = parse(source)
        #expect(document.root == nil)
        #expect(document.problems.isEmpty)
    }

    struct Bad: CustomTestStringConvertible, Sendable {
        var source: String
        var kind: YAMLProblem.Kind
        var line: Int
        var column: Int
        var path: String

        init(_ source: String, _ kind: YAMLProblem.Kind, _ line: Int, _ column: Int, _ path: String = "") {
            self.source = source
            self.kind = kind
            self.line = line
            self.column = column
            self.path = path
        }

        var testDescription: String { "\(kind): \(source.debugDescription.prefix(60))" }
    }

    @Test(
        "what is not taken is refused with its place",
        arguments: [
            Bad("a: [1, 2", .broken, 2, 1, "a"),
            Bad("a: {b: 1", .broken, 2, 1, "a"),
            Bad("a: 'x", .broken, 1, 6, "a"),
            Bad("a:\n\tb: 1\n", .broken, 2, 1, "a"),
            Bad("a: b: c\n", .broken, 1, 5, ""),
            Bad("a:\n  b: 1\n c: 2\n", .broken, 3, 2, ""),
            Bad("a: 1\nb\nc: 2\n", .broken, 3, 1, ""),
            Bad("a: \"\\q\"\n", .broken, 1, 5, "a"),
            Bad("a: x\u{1}y\n", .broken, 1, 5, ""),
            Bad("ä: \u{0}\n", .broken, 1, 4, ""),
            Bad("a: @x\n", .broken, 1, 4, "a"),
            Bad("a: 1\nb: 2\na: 3\n", .duplicateKey, 3, 1, "a"),
            Bad("w:\n  {x: 1, x: 2}\n", .duplicateKey, 2, 10, "w.x"),
            Bad("l: [{x: 1}, {x: 1, 'x': 2}]\n", .duplicateKey, 1, 20, "l[1].x"),
            Bad("a: &n 1\n", .anchor, 1, 4, "a"),
            Bad("a: *n\n", .alias, 1, 4, "a"),
            Bad("a: !mine 1\n", .tag, 1, 4, "a"),
            Bad("a: !!int 1\n", .tag, 1, 4, "a"),
            Bad("a:\n  <<: {b: 1}\n", .mergeKey, 2, 3, "a"),
            Bad("? [a]\n: 1\n", .complexKey, 1, 3, ""),
            Bad("a: 1\n---\nb: 2\n", .secondDocument, 2, 1, ""),
            Bad(String(repeating: "[", count: 33), .tooDeep, 1, 33, String(repeating: "[0]", count: 32)),
        ])
    func refusals(bad: Bad) throws {
        let problem = try #require(parse(bad.source).problems.first)
        #expect(problem.kind == bad.kind)
        #expect(problem.mark == YAMLMark(line: bad.line, column: bad.column), "\(problem.what)")
        #expect(problem.path.description == bad.path)
        #expect(!problem.what.isEmpty && !problem.remedy.isEmpty)
    }

    @Test("bytes that are not UTF-8 are refused with their place")
    func invalidUTF8() throws {
        let document = YAMLDocument.parse(Array("a: 1\nä: ".utf8) + [0xC3, 0x28])
        let problem = try #require(document.problems.first)
        #expect(problem.kind == .invalidUTF8)
        #expect(problem.mark == YAMLMark(line: 2, column: 4))
        #expect(problem.what.contains("0xc3"))
        #expect(document.root == nil)
    }

    @Test("UTF-16 is not taken for anything else than bytes that are not UTF-8")
    func utf16() throws {
        let document = YAMLDocument.parse([0xFF, 0xFE, 0x61, 0, 0x3A, 0])
        #expect(document.problems.map(\.kind) == [.invalidUTF8])
    }

    @Test("several refusals of one text are all reported, in order")
    func several() {
        let document = parse("a: &x 1\nb: !t 2\na: 3\n")
        #expect(document.problems.map(\.kind) == [.anchor, .tag, .duplicateKey])
        #expect(document.root != nil)
    }

    @Test("of a key that stands twice the first value is kept")
    func firstValueKept() throws {
        guard case .mapping(let entries) = try #require(parse("{a: 1, a: [2, {b: 3}], c: 4}").root).content else {
            throw Unexpected()
        }
        #expect(entries.map(\.key) == ["a", "c"])
        #expect(entries[0].value.content == .scalar(YAMLScalar(text: "1", style: .plain)))
    }

    @Test("a bomb of aliases ends at its first alias")
    func aliasBomb() {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (name, former) in zip("bcdefghij", "abcdefghi") {
            text += "\(name): &\(name) [" + Array(repeating: "*\(former)", count: 9).joined(separator: ", ") + "]\n"
        }
        let document = parse(text)
        #expect(document.root == nil)
        #expect(document.problems.map(\.kind) == [.anchor, .anchor, .alias])
    }

    @Test("text, depth, values and problems are bounded")
    func limits() {
        var limits = YAMLLimits()
        limits.bytes = 10
        #expect(YAMLDocument.parse(Array("a: 12345678".utf8), limits: limits).problems.map(\.kind) == [.tooLong])
        limits = YAMLLimits()
        limits.values = 5
        #expect(YAMLDocument.parse(Array("[1, 2, 3, 4]".utf8), limits: limits).problems.isEmpty)
        let six = YAMLDocument.parse(Array("[1, 2, 3, 4, 5]".utf8), limits: limits)
        #expect(six.problems.map(\.kind) == [.tooManyValues])
        let anchors = (0..<200).map { "k\($0): &a 1\n" }.joined()
        #expect(parse(anchors).problems.count == 50)
        let depth32 = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(parse(depth32).problems.isEmpty)
        #expect(parse(String(repeating: "[", count: 1 << 20)).problems.map(\.kind) == [.tooDeep])
        #expect(parse(String(repeating: "a", count: (1 << 20) + 1)).problems.map(\.kind) == [.tooLong])
    }

    @Test("no text makes the reader trap")
    func noise() {
        var state: UInt64 = 42
        let alphabet = Array("a:-[]{},'\"|>&*!%@`#? \n\t\\~0".utf8) + [0xC3, 0xA4, 0]
        for _ in 0..<3_000 {
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let document = YAMLDocument.parse(bytes)
            // Whatever it is: a problem is told, or the text was read to its end.
            for problem in document.problems { #expect(problem.mark.line >= 1 && problem.mark.column >= 1) }
        }
    }

    private struct Unexpected: Error {}
}

@Suite("YAML paths")
struct YAMLPathTests {
    @Test("a path reads as in the file")
    func description() {
        let path = YAMLPath.document.appending(key: "alerts").appending(key: "rules").appending(index: 2)
            .appending(key: "thresholds").appending(key: "warning")
        #expect(path.description == "alerts.rules[2].thresholds.warning")
    }

    @Test("a key that is no word is quoted, without what would break a line")
    func oddKeys() {
        #expect(YAMLPath.document.appending(key: "a.b\n\u{1b}[1m").description == "'a.b\\n\\u{1b}[1m'")
        #expect(YAMLPath.document.appending(key: String(repeating: "k", count: 100)).description.count == 64 + 3)
    }
}
