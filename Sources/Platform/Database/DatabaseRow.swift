internal import CSystem

/// One row of a result, valid only within the closure that it is handed to. Columns count from 0.
///
/// A value of another type is converted, as SQLite does: a file that was damaged may hold anything anywhere.
public struct DatabaseRow {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) { self.statement = statement }

    /// 0 where there is no number.
    public func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    /// 0 where there is no number.
    public func real(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }

    /// Nil where there is nothing.
    public func optionalReal(_ column: Int32) -> Double? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : real(column)
    }

    /// Empty where there is nothing; what is no UTF-8 is replaced.
    public func text(_ column: Int32) -> String {
        // The text first: asking for it may convert the value, and with it the number of bytes.
        guard let bytes = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Empty where there is nothing.
    public func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }
}
