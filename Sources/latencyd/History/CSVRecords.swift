/// Splits the bytes of a CSV file (RFC 4180) into records, piece by piece.
///
/// Lines end with LF, CR LF or CR. A field in quotes may hold commas, line ends and doubled quotes; a quote inside a
/// field that does not begin with one stands for itself. Lines without anything are passed over.
struct CSVRecords {
    /// The longest record, in bytes of its fields and the commas between them.
    static let recordBytesMax = 65_536

    /// One record, without quotes.
    struct Record {
        fileprivate(set) var bytes: [UInt8] = []
        /// Where each field ends in `bytes`.
        fileprivate(set) var ends: [Int] = []
        /// Where it begins, counted from 1.
        fileprivate(set) var line = 1

        var count: Int { ends.count }

        /// The bytes of the field at `place`.
        subscript(place: Int) -> ArraySlice<UInt8> { bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]] }

        fileprivate var isBlank: Bool { ends.count == 1 && bytes.isEmpty }
    }

    /// Why a text is no CSV.
    enum Problem: Error, Equatable {
        case recordTooLong
        /// A quoted field goes on behind its quote.
        case textAfterQuote
        /// The text ends inside a quoted field.
        case quoteNotClosed
    }

    private enum Place { case fieldStart, plain, quoted, afterQuote }

    private var place = Place.fieldStart
    private var record = Record()
    /// Whether a quoted field has begun in the record: then an empty one is something.
    private var hasQuotes = false
    private var isAfterReturn = false
    /// Where the byte stands that comes next.
    private(set) var line = 1

    /// The line on which the record in progress begins.
    var recordLine: Int { record.line }

    init() { record.bytes.reserveCapacity(256) }

    /// Hands over each record that ends in `bytes`. False from `take` ends it.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ take: (Record) -> Bool) throws(Problem) {
        for byte in bytes {
            if isAfterReturn {
                isAfterReturn = false
                if byte == UInt8(ascii: "\n") { continue }
            }
            switch byte {
            case UInt8(ascii: "\n") where place != .quoted, UInt8(ascii: "\r") where place != .quoted:
                isAfterReturn = byte == UInt8(ascii: "\r")
                guard end(take) else { return }
            case UInt8(ascii: ",") where place != .quoted: endField()
            default: try add(byte)
            }
            guard record.bytes.count + record.ends.count <= Self.recordBytesMax else { throw .recordTooLong }
        }
    }

    /// The text has ended: hands over the last record, where no line end follows it.
    mutating func finish(_ take: (Record) -> Bool) throws(Problem) {
        if place == .quoted { throw .quoteNotClosed }
        _ = end(take)
    }

    private mutating func add(_ byte: UInt8) throws(Problem) {
        let isQuote = byte == UInt8(ascii: "\"")
        switch place {
        case .fieldStart where isQuote:
            place = .quoted
            hasQuotes = true
        case .fieldStart, .plain:
            place = .plain
            record.bytes.append(byte)
        case .quoted where isQuote: place = .afterQuote
        case .quoted:
            if byte == UInt8(ascii: "\n") { line += 1 }
            record.bytes.append(byte)
        case .afterQuote where isQuote:
            place = .quoted
            record.bytes.append(byte)
        case .afterQuote: throw .textAfterQuote
        }
    }

    private mutating func endField() {
        record.ends.append(record.bytes.count)
        place = .fieldStart
    }

    private mutating func end(_ take: (Record) -> Bool) -> Bool {
        endField()
        line += 1
        let goesOn = record.isBlank && !hasQuotes ? true : take(record)
        record.bytes.removeAll(keepingCapacity: true)
        record.ends.removeAll(keepingCapacity: true)
        record.line = line
        hasQuotes = false
        return goesOn
    }
}
