import AnomalyDetect
import Testing

@testable import latencyd

@Suite("What a backtest came to")
struct BacktestSummaryTests {
    private static func row(_ minute: Int, _ level: AlertLevel, value: Double = 1) -> BacktestRow {
        BacktestRow(time: Double(minute * 60), value: value, score: level == .none ? 0 : 2, level: level)
    }

    private static func summary(_ rows: [BacktestRow], name: String = "a") -> BacktestSummary {
        var summary = BacktestSummary(name: name, interval: 60)
        for row in rows { summary.add(row) }
        return summary
    }

    @Test("Alarms are runs of warnings and worse; info is none, and a missing value ends none")
    func alarms() {
        let summary = Self.summary([
            Self.row(0, .none), Self.row(1, .info), Self.row(2, .warning), Self.row(3, .critical), Self.row(4, .info),
            Self.row(5, .warning), Self.row(6, .none, value: .nan), Self.row(7, .warning), Self.row(8, .warning),
            Self.row(9, .none),
        ])
        #expect(summary.alarmCount == 2 && summary.alarmRowCount == 5)
        #expect(summary.first == BacktestSummary.Alarm(from: 120, to: 180))
        #expect(summary.longest == BacktestSummary.Alarm(from: 300, to: 480) && summary.longestSeconds == 240)
        #expect(summary.rowCount == 10 && summary.missingCount == 1 && summary.days == 600.0 / 86_400)
    }

    @Test("The table has a line for each series and one for all")
    func table() {
        var first = Self.summary([Self.row(0, .none), Self.row(1, .warning)], name: "a\u{1B}[2J")
        var second = Self.summary([Self.row(1_440, .none)], name: "long-name")
        first.state = "daily"
        second.state = "learning"
        let text = BacktestTable.render([first, second])
        #expect(
            text == """
                series     rows  days  state     alarms  longest  first
                a?[2J         2   0.0  daily          1       1m  1970-01-01T00:01:00Z
                long-name     1   0.0  learning       0        -  -
                all 2         3   0.0                 1       1m
                """)
        #expect(BacktestTable.render([second]).split(separator: "\n").count == 2)
    }

    @Test(
        "Durations have their two largest units",
        arguments: [
            (0.0, "0s"), (45, "45s"), (60, "1m"), (90, "1m30s"), (3_600, "1h"), (3_660, "1h1m"), (3_601, "1h"),
            (90_000, "1d1h"), (864_000, "10d"),
        ])
    func durations(_ seconds: Double, _ text: String) {
        #expect(BacktestTable.duration(seconds) == text)
    }

    @Test("Rows are written with what reads back as the same value and score")
    func rows() {
        var text = BacktestText()
        text.append(
            BacktestRow(
                time: 1_491_041_280, value: 35.03, expected: 30.123456789, lower: 20, upper: 1e-40, score: 1.0000000001,
                level: .warning))
        text.append(BacktestRow(time: 60.5, value: .nan))
        text.append(BacktestRow(time: 120, value: 1e300, expected: 1e300, lower: -2.5, upper: 1e38, score: 0))
        #expect(
            String(decoding: text.drain(), as: UTF8.self) == """
                timestamp,value,expected,lower,upper,score,level,alarm
                1491041280,35.03,30.123457,20,1e-40,1.0000000001,warning,1
                60.5,,,,,0,none,0
                120,1e+300,1e+300,-2.5,1e+38,0,none,0

                """)
        #expect(text.drain().isEmpty)
    }

    @Test("Series have the names of their files, and none is written over")
    func plan() throws {
        let never: (String, String) -> Bool = { _, _ in false }
        let files = ["in/a.csv", "in/b.csv.gz", "c", "d.gz", "e.tsv", ".csv"]
        let plan = try BacktestPlan(files: files, folder: "out", isSame: never)
        #expect(plan.items.map(\.name) == ["a", "b", "c", "d", "e.tsv", ".csv"])
        #expect(plan.items.map(\.output).prefix(2) == ["out/a.csv", "out/b.csv"])
        #expect(plan.items[1].plot == "out/b.svg")
        #expect {
            try BacktestPlan(files: ["x/a.csv", "y/a.csv.gz"], folder: "out", isSame: never)
        } throws: {
            "\($0)".hasPrefix("x/a.csv and y/a.csv.gz would both be written to a.csv; rename")
        }
        #expect {
            try BacktestPlan(files: ["out/a.csv"], folder: "out") { $0 == $1 }
        } throws: {
            "\($0)" == "out/a.csv would be overwritten; name another folder with --output"
        }
        #expect { try BacktestPlan(files: ["/"], folder: "out", isSame: never) } throws: {
            "\($0)".hasPrefix("/: it has no name")
        }
    }
}
