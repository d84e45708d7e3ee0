import Platform
import TestSupport
import Testing

@testable import latencyd

@Suite("Files of history")
struct HistoryTextTests {
    private static func read(_ text: String, pieceBytes: Int = .max) throws(HistoryProblem) -> History {
        try read(Array(text.utf8), pieceBytes: pieceBytes)
    }

    private static func read(_ bytes: [UInt8], pieceBytes: Int = .max) throws(HistoryProblem) -> History {
        var reader = HistoryText(file: "a.csv", name: "a")
        var start = 0
        while start < bytes.count {
            let end = pieceBytes < bytes.count - start ? start + pieceBytes : bytes.count
            let piece = Array(bytes[start..<end])
            do {
                try piece.withUnsafeBytes { try reader.take($0) }
            } catch {
                guard let problem = error as? HistoryProblem else { fatalError("\(error)") }
                throw problem
            }
            start = end
        }
        return try reader.finish()
    }

    private static func problem(_ text: String) -> String? {
        do throws(HistoryProblem) {
            _ = try read(text)
            return nil
        } catch {
            return error.description
        }
    }

    /// NaN is not equal to itself.
    private static func shown(_ history: History) -> [String] {
        zip(history.times, history.values).map { "\($0)=\($1)" }
    }

    @Test(
        "Columns may stand in any order among others, with quotes, any line ends, spaces and a mark at the start",
        arguments: [
            "timestamp,value\n60,1.5\n120,2\n",
            "timestamp,value\n60,1.5\n120,2",
            "timestamp,value\r\n60,1.5\r\n120,2\r\n",
            "timestamp,value\r60,1.5\r120,2\r",
            "\u{FEFF}timestamp,value\n60,1.5\n120,2\n",
            "\n\nValue , TIMESTAMP\n1.5,60\n\n2.0,120\n\n",
            "host,value,label,timestamp\na,1.5,0,60\nb,2,1,120\n",
            "\"timestamp\",\"value\"\n\"60\",\"1.5\"\n\"120\",\"2\"\n",
            "note,timestamp,value\n\"a,\"\"b\"\"\nc\",60,1.5\nplain \" quote,120,2\n",
            "timestamp,value,note\n60,1.5\n120,2,\"\"\n",
            "timestamp,value\n60.000,15e-1\n1.2e2,+2.0\n",
            "timestamp,value\n60, 1.5 \n\t120,2\n",
        ])
    func forms(_ text: String) throws {
        #expect(try Self.shown(Self.read(text)) == ["60.0=1.5", "120.0=2.0"])
    }

    @Test("A file reads the same in whatever pieces it comes")
    func pieces() throws {
        let text = "\u{FEFF}note,timestamp,value\r\n\"a,\"\"b\r\n\",60,1.5\r\n\"\",120,\r\nx,180.5,-3\r\n"
        let whole = try Self.shown(Self.read(text))
        #expect(whole == ["60.0=1.5", "120.0=nan", "180.5=-3.0"])
        for bytes in 3...20 { #expect(try Self.shown(Self.read(text, pieceBytes: bytes)) == whole, "\(bytes)") }
    }

    @Test(
        "A row may have no value",
        arguments: ["", " ", "nan", "NaN", "NA", "null", "None", "inf", "+Inf", "-inf", "\"\"", "1e999"])
    func missing(_ value: String) throws {
        let history = try Self.read("timestamp,value\n60,1\n120,\(value)\n")
        #expect(history.values[1].isNaN && history.missingCount == 1 && history.count == 2)
    }

    @Test(
        "A fault is named with its file, its line and its remedy",
        arguments: [
            ("", "a.csv: it is empty; its first line must name"),
            ("\n\n", "a.csv: it has no line with text; its first line must name"),
            ("timestamp,value\n", "a.csv: it has no rows below its header; each row"),
            ("time,value\n1,2\n", "a.csv:1: the header 'time,value' has no column 'timestamp'; the first line"),
            ("timestamp;value\n1;2\n", "a.csv:1: the header 'timestamp;value' has no column 'timestamp'; "),
            ("1491041280,35\n", "a.csv:1: the header '1491041280,35' has no column 'timestamp'"),
            ("timestamp,value,Value\n1,2,3\n", "a.csv:1: two columns are called 'value'; rename"),
            ("timestamp,value\n60\n", "a.csv:2: it has 1 of the columns that the header names; write"),
            ("timestamp,value\n\"60,1\n\n,2\n", "a.csv:2: a quote that begins there is never closed; close it"),
            ("timestamp,value\n60,\"1\"2\n", "a.csv:2: text follows a closing quote; double"),
            ("timestamp,value\n60,1\n12:30,2\n", "a.csv:3: the timestamp '12:30' is no number; write seconds"),
            ("timestamp,value\n,1\n", "a.csv:2: the timestamp '' is no number; write seconds"),
            ("timestamp,value\nnan,1\n", "a.csv:2: the timestamp 'nan' is no number; write seconds"),
            ("timestamp,value\n0x10,1\n", "a.csv:2: the timestamp '0x10' is no number; write seconds"),
            ("timestamp,value\n-60,1\n", "a.csv:2: the timestamp '-60' is before 1970; write seconds"),
            ("timestamp,value\n1491041280000,1\n", "a.csv:2: the timestamp '1491041280000' is after the year 9999"),
            ("timestamp,value\n60,\"1,5\"\n", "a.csv:2: the value '1,5' is no number; write a decimal with a point"),
            ("timestamp,value\n60,0x10\n", "a.csv:2: the value '0x10' is no number; write"),
            ("timestamp,value\n60,1..5\n", "a.csv:2: the value '1..5' is no number; write"),
            ("timestamp,value\n60,e\n", "a.csv:2: the value 'e' is no number; write"),
            ("timestamp,value\n60,1\u{1B}[2J\n", "a.csv:2: the value '1?[2J' is no number; write"),
            (
                "note,timestamp,value\n\"a\nb\",60,1\nx,120,1\nx,120,2\n",
                "a.csv:5: the timestamp 120 stands on line 4 too; keep one"
            ),
            ("timestamp,value\n120,1\n60,2\n", "a.csv:3: the timestamp 60 comes after 120 on line 2; sort the rows"),
        ])
    func problems(_ text: String, _ beginning: String) throws {
        let problem = try #require(Self.problem(text))
        #expect(problem.hasPrefix(beginning), "\(problem)")
    }

    @Test("A line without end is refused before it fills the memory", arguments: ["x", ",", "\"", "\"x\n"])
    func longLine(_ unit: String) throws {
        let line = String(repeating: unit, count: CSVRecords.recordBytesMax + 2)
        let problem = try #require(Self.problem("timestamp,value\n60,1\n61,\"" + line))
        #expect(problem.hasPrefix("a.csv:3: "), "\(problem)")
        #expect(Self.problem("timestamp,value\n" + line) != nil)
    }

    @Test("Text of two bytes a letter is named as such")
    func wide() {
        #expect {
            try Self.read([0xFF, 0xFE] + "timestamp".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        } throws: {
            ($0 as? HistoryProblem)?.description == "a.csv:1: it is UTF-16; save it as UTF-8"
        }
    }

    @Test("Random bytes never do worse than an error")
    func random() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("timestamp,value\n\r\"0123456789.eE+-nan \u{FEFF}".utf8)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...80, using: &generator)
            let noise = (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
            _ = try? Self.read(noise, pieceBytes: 7)
            _ = try? Self.read(Array("timestamp,value\n".utf8) + noise, pieceBytes: 7)
        }
    }

    @Test("The interval is the middle difference, whatever the gaps")
    func interval() throws {
        #expect(try Self.read("timestamp,value\n0,1\n300,1\n600,1\n9000,1\n9300,1\n").interval == 300)
        #expect(try Self.read("timestamp,value\n0,1\n").interval == 60)
    }

    @Test("Plain and compressed files read the same, and what cannot be read is named", arguments: [false, true])
    func files(_ isCompressed: Bool) throws {
        let folder = TemporaryFolder()
        let text = "timestamp,value\n" + (0..<50_000).map { "\($0 * 60),\($0 % 97)\n" }.joined()
        let bytes = isCompressed ? Gzip.compress(Array(text.utf8)) : Array(text.utf8)
        // What it is called does not matter.
        let file = folder.write(bytes, to: "a.csv")
        let history = try HistoryText.read(file, name: "a")
        #expect(history.count == 50_000 && history.values[96] == 96)
        #expect { try HistoryText.read(folder.path, name: "a") } throws: {
            "\($0)".hasSuffix("it cannot be read: it is a folder; name a file that this user may read")
        }
        #expect { try HistoryText.read(folder.path + "/none", name: "a") } throws: {
            "\($0)".hasSuffix("none: it cannot be read: No such file or directory; name a file that this user may read")
        }
        guard isCompressed else { return }
        let cut = folder.write(Array(bytes.dropLast(9)), to: "cut.csv.gz")
        #expect { try HistoryText.read(cut, name: "a") } throws: { "\($0)".hasSuffix("; compress it anew") }
    }

    @Test(
        "Decimals are the nearest doubles",
        arguments: [
            "0", "-0.1", "35.03", "1491041280.123456", "123456789012345", "9007199254740993", "0.1234567890123456789",
            "1e-320", "1.7976931348623157e308", "5.", "000012",
        ])
    func decimals(_ text: String) {
        #expect(DecimalText.number(Array(text.utf8)[...]) == Double(text.hasSuffix(".") ? text + "0" : text))
    }
}
