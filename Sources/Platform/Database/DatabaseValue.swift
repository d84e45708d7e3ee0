/// A value that is put into a statement.
public enum DatabaseValue: Sendable, Equatable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case null

    /// A number, or nothing for nil.
    public static func optional(_ number: Double?) -> DatabaseValue { number.map { .real($0) } ?? .null }
}
