internal import Platform

/// Reads the text of one series: a CSV file whose header has the columns `timestamp` and `value`.
struct HistoryText {
    /// Rows of one file.
    static let rowsMax = 20_000_000
    /// The end of the year 9999.
    static let secondsMax = 253_402_300_799.0

    private struct Columns {
        var timestamp: Int
        var value: Int
    }

    private let file: String
    private var records = CSVRecords()
    private var columns: Columns?
    private var isAtStart = true
    private var lastLine = 0
    private(set) var history: History
    private var problem: HistoryProblem?

    /// - Parameter file: as errors name it.
    init(file: String, name: String) {
        self.file = file
        history = History(name: name)
    }

    /// The next piece of the text.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(HistoryProblem) {
        var rest = bytes
        if isAtStart, !bytes.isEmpty {
            isAtStart = false
            rest = try withoutMark(bytes)
        }
        try walk { records, take throws(CSVRecords.Problem) in try records.take(rest, take) }
    }

    /// The text has ended.
    mutating func finish() throws(HistoryProblem) -> History {
        if isAtStart { throw broken(nil, "it is empty", "its first line must name the columns: timestamp,value") }
        try walk { records, take throws(CSVRecords.Problem) in try records.finish(take) }
        guard columns != nil else {
            throw broken(nil, "it has no line with text", "its first line must name the columns: timestamp,value")
        }
        guard history.count > 0 else {
            throw broken(nil, "it has no rows below its header", "each row is a timestamp and a value")
        }
        return history
    }

    private mutating func walk(
        _ step: (inout CSVRecords, (CSVRecords.Record) -> Bool) throws(CSVRecords.Problem) -> Void
    ) throws(HistoryProblem) {
        // Taken out, since `take` below changes the rest.
        var records = self.records
        self.records = CSVRecords()
        defer { self.records = records }
        do throws(CSVRecords.Problem) {
            try step(&records) { record in
                do throws(HistoryProblem) {
                    try take(record)
                    return true
                } catch {
                    problem = error
                    return false
                }
            }
        } catch {
            throw problem(error, records)
        }
        if let problem { throw problem }
    }

    private mutating func take(_ record: CSVRecords.Record) throws(HistoryProblem) {
        guard let columns else {
            columns = try header(record)
            return
        }
        guard record.count > max(columns.timestamp, columns.value) else {
            throw broken(
                record.line, "it has \(record.count) of the columns that the header names",
                "write a timestamp and a value, which may be empty")
        }
        let time = try timestamp(record[columns.timestamp], record.line)
        if let last = history.times.last, time <= last {
            let now = TextOf.number(time)
            throw time == last
                ? broken(record.line, "the timestamp \(now) stands on line \(lastLine) too", "keep one of both rows")
                : broken(
                    record.line, "the timestamp \(now) comes after \(TextOf.number(last)) on line \(lastLine)",
                    "sort the rows by time")
        }
        guard history.count < Self.rowsMax else {
            throw broken(record.line, "it has more than \(Self.rowsMax) rows", "split it, or sum rows up")
        }
        lastLine = record.line
        history.append(time, try value(record[columns.value], record.line))
    }

    // MARK: Fields

    private func header(_ record: CSVRecords.Record) throws(HistoryProblem) -> Columns {
        let names = (0..<record.count).map { place in
            String(decoding: DecimalText.trimmed(record[place]), as: UTF8.self).lowercased()
        }
        func place(of name: String) throws(HistoryProblem) -> Int {
            let places = names.indices.filter { names[$0] == name }
            guard places.count <= 1 else {
                throw broken(record.line, "two columns are called '\(name)'", "rename one of both")
            }
            guard let place = places.first else {
                let line = Self.excerpt(names.joined(separator: ","))
                throw broken(
                    record.line, "the header '\(line)' has no column '\(name)'",
                    "the first line names the columns, separated by commas: timestamp,value")
            }
            return place
        }
        return Columns(timestamp: try place(of: "timestamp"), value: try place(of: "value"))
    }

    private func timestamp(_ field: ArraySlice<UInt8>, _ line: Int) throws(HistoryProblem) -> Double {
        let remedy = "write seconds since 1970, as 1767225600"
        guard let time = DecimalText.number(field) else {
            throw broken(line, "the timestamp \(Self.quoted(field)) is no number", remedy)
        }
        guard time >= 0 else { throw broken(line, "the timestamp \(Self.quoted(field)) is before 1970", remedy) }
        guard time <= Self.secondsMax else {
            throw broken(
                line, "the timestamp \(Self.quoted(field)) is after the year 9999",
                "\(remedy); milliseconds have to be divided by 1000")
        }
        return time
    }

    private func value(_ field: ArraySlice<UInt8>, _ line: Int) throws(HistoryProblem) -> Double {
        if let value = DecimalText.number(field) { return value }
        guard DecimalText.isMissing(field) else {
            throw broken(
                line, "the value \(Self.quoted(field)) is no number",
                "write a decimal with a point, or leave it empty where there is none")
        }
        return .nan
    }

    // MARK: Problems

    private func withoutMark(_ bytes: UnsafeRawBufferPointer) throws(HistoryProblem) -> UnsafeRawBufferPointer {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return UnsafeRawBufferPointer(rebasing: bytes[3...]) }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw broken(1, "it is UTF-16", "save it as UTF-8")
        }
        return bytes
    }

    private func problem(_ problem: CSVRecords.Problem, _ records: CSVRecords) -> HistoryProblem {
        switch problem {
        case .recordTooLong:
            broken(
                records.recordLine, "a line longer than \(CSVRecords.recordBytesMax) bytes begins there",
                "leave out columns that are not needed; is it CSV, with every quote closed?")
        case .textAfterQuote:
            broken(records.line, "text follows a closing quote", "double a quote that belongs to the text")
        case .quoteNotClosed:
            broken(records.recordLine, "a quote that begins there is never closed", "close it")
        }
    }

    private func broken(_ line: Int?, _ what: String, _ remedy: String) -> HistoryProblem {
        HistoryProblem(file: file, line: line, what: what, remedy: remedy)
    }

    private static func quoted(_ field: ArraySlice<UInt8>) -> String {
        "'\(excerpt(String(decoding: field.prefix(200), as: UTF8.self)))'"
    }

    private static func excerpt(_ text: String) -> String {
        text.count > 60 ? text.prefix(60) + "…" : text
    }
}

extension HistoryText {
    /// The series in the file `path`.
    static func read(_ path: String, name: String) throws(HistoryProblem) -> History {
        var text = HistoryText(file: path, name: name)
        var problem: HistoryProblem?
        do throws(InputFile.Problem) {
            try InputFile.read(path) { bytes in
                do throws(HistoryProblem) {
                    try text.take(bytes)
                    return true
                } catch {
                    problem = error
                    return false
                }
            }
        } catch {
            let remedy = error == .damaged ? "compress it anew" : "name a file that this user may read"
            throw HistoryProblem(file: path, what: "it cannot be read: \(error)", remedy: remedy)
        }
        if let problem { throw problem }
        return try text.finish()
    }
}
