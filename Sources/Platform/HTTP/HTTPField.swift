/// One header line of a request or a response.
public struct HTTPField: Sendable, Equatable {
    /// As sent; names are compared without regard to case.
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// True when this field is called `name`, whatever its case (ASCII).
    public func isNamed(_ name: String) -> Bool {
        let ours = self.name.utf8
        let theirs = name.utf8
        return ours.count == theirs.count && zip(ours, theirs).allSatisfy { Self.lowercase($0) == Self.lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
