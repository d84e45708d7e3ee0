import Logging
import Testing

@testable import latencyd

@Suite("An entry of the log")
struct LogEntryTests {
    private func entry(
        _ level: Logger.Level = .warning, _ message: String = "a socket is gone",
        _ fields: [(key: String, value: String)] = [], unixSeconds: Double = 1_769_856_080
    ) -> LogEntry {
        LogEntry(level: level, message: message, fields: fields, unixSeconds: unixSeconds)
    }

    @Test("as text is one line, whatever the message and the fields hold")
    func text() {
        #expect(entry().text == "2026-01-31T10:41:20Z warning a socket is gone")
        let nasty = entry(
            .error, "two\nlines\r\nthree", [("a", "x \"y\"\n"), ("b", "\u{1B}[31m")], unixSeconds: 1_769_856_080.4)
        #expect(
            nasty.text == #"2026-01-31T10:41:20Z error two lines three a="x \"y\"\n" b="\u001b[31m""#)
    }

    @Test("as JSON is one object on one line, fields behind time, level and message")
    func json() {
        let nasty = entry(.notice, "say \"no\"\n", [("path", #"C:\x"#)], unixSeconds: 1_769_856_080.5)
        #expect(
            nasty.json
                == #"{"time":"2026-01-31T10:41:20.5Z","level":"notice","message":"say \"no\"\n","path":"C:\\x"}"#)
    }

    @Test("in the journal has its own fields, with names that journald takes")
    func journal() {
        let fields = entry(.critical, "m", [("LATENCYD_ALERT", "Slow"), ("collector", "cpu"), ("a-b.ü", "x\ny")])
            .journalFields
        #expect(
            fields.map(\.0) == ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "LATENCYD_ALERT", "COLLECTOR", "A_B__"])
        #expect(fields.map(\.1) == ["m", "2", "latencyd", "Slow", "cpu", "x\ny"])
    }

    @Test(
        "has the priority of syslog",
        arguments: [
            (.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
        ] as [(Logger.Level, Int)])
    func priority(_ level: Logger.Level, _ priority: Int) {
        #expect(entry(level).priority == priority)
    }
}
