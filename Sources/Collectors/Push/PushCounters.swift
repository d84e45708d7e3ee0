public import Telemetry

/// What the push sockets have seen, by kind and by reason. Only ever grows.
public struct PushCounters: Sendable, Equatable {
    /// Values of timings and distributions taken, each counted once whatever its sample rate.
    public internal(set) var timings: UInt64 = 0
    /// Values of counters, gauges and sets taken.
    public internal(set) var otherValues: UInt64 = 0
    /// Events (`_e{…}`), counted and left.
    public internal(set) var events: UInt64 = 0
    /// Service checks (`_sc`), counted and left.
    public internal(set) var serviceChecks: UInt64 = 0
    /// Datagrams and stream frames read.
    public internal(set) var packets: UInt64 = 0
    public internal(set) var bytes: UInt64 = 0
    /// Stream connections refused because of a limit, or closed to make room for another process.
    public internal(set) var connectionsRefused: UInt64 = 0
    private var malformed = [UInt64](repeating: 0, count: MalformedReason.allCases.count)
    private var dropped = [UInt64](repeating: 0, count: DropReason.allCases.count)
    private var renamed = [UInt64](repeating: 0, count: RenameReason.allCases.count)

    public init() {}

    mutating func count(_ reason: MalformedReason) { malformed[Self.place(reason)] &+= 1 }
    mutating func count(_ reason: DropReason) { dropped[Self.place(reason)] &+= 1 }
    mutating func count(_ reason: RenameReason) { renamed[Self.place(reason)] &+= 1 }

    /// Lines, values, datagrams and frames that could not be read for `reason`.
    public subscript(_ reason: MalformedReason) -> UInt64 { malformed[Self.place(reason)] }
    /// Lines that were not taken for `reason`.
    public subscript(_ reason: DropReason) -> UInt64 { dropped[Self.place(reason)] }
    /// Names and labels that were changed for `reason`, counted when a line is learned.
    public subscript(_ reason: RenameReason) -> UInt64 { renamed[Self.place(reason)] }

    private static func place<Reason: CaseIterable & Equatable>(_ reason: Reason) -> Int
    where Reason.AllCases == [Reason] {
        Reason.allCases.firstIndex(of: reason)!
    }
}
