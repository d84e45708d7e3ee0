import Glibc
import Logging
import Testing

@testable import latencyd

@Suite("The log's stream")
struct LogStreamTests {
    /// A pipe whose reading end does not wait.
    private final class Pipe {
        let input: Int32
        private(set) var output: Int32

        init() {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { fatalError("no pipe: error number \(errno)") }
            (output, input) = (ends[0], ends[1])
            _ = fcntl(output, F_SETFL, O_NONBLOCK)
        }

        deinit {
            close(input)
            closeOutput()
        }

        func closeOutput() {
            if output >= 0 { close(output) }
            output = -1
        }

        /// What waits in the pipe.
        func read() -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(output, &buffer, buffer.count)
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += buffer.prefix(count)
            }
        }
    }

    private func entry(_ message: String) -> LogEntry {
        LogEntry(level: .info, message: message, fields: [], unixSeconds: 1_769_856_080)
    }

    @Test("prints one line an entry")
    func lines() {
        let pipe = Pipe()
        let stream = LogStream(descriptor: pipe.input)
        stream.write(entry("one"), as: \.message)
        stream.write(entry("two"), as: \.json)
        #expect(pipe.read() == "one\n" + entry("two").json + "\n")
    }

    // A full pipe held the main loop, and with it the whole daemon, in write(2).
    @Test("loses entries that nobody reads instead of waiting, and says how many", .timeLimit(.minutes(1)))
    func fullPipe() {
        let pipe = Pipe()
        let stream = LogStream(descriptor: pipe.input)
        var writtenCount = 0
        while stream.lostCount == 0 {
            stream.write(entry(String(repeating: "x", count: 999)), as: \.message)
            writtenCount += 1
        }
        stream.write(entry("lost too"), as: \.message)
        #expect(stream.lostCount == 2)
        let before = pipe.read()
        #expect(before.count == (writtenCount - 1) * 1_000)
        stream.write(entry("through"), as: \.message)
        #expect(pipe.read() == "2 log entries were lost: nobody read standard error\nthrough\n")
        #expect(stream.lostCount == 0)
    }

    @Test("ends the line of an entry that got lost in its middle", .timeLimit(.minutes(1)))
    func torn() {
        let pipe = Pipe()
        let stream = LogStream(descriptor: pipe.input)
        stream.write(entry(String(repeating: "x", count: 200_000)), as: \.message)
        #expect(stream.lostCount == 1)
        #expect(pipe.read().hasSuffix("xxx"))
        stream.write(entry("through"), as: \.message)
        #expect(pipe.read() == "\none log entry was lost: nobody read standard error\nthrough\n")
    }

    @Test("loses entries whose reader has gone")
    func closedPipe() {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let stream = LogStream(descriptor: pipe.input)
        pipe.closeOutput()
        stream.write(entry("one"), as: \.message)
        #expect(stream.lostCount == 1)
    }
}
