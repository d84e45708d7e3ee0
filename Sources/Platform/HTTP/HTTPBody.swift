/// The bytes of a response. Responses that hold the same body share its memory while they are sent.
public final class HTTPBody: Sendable, Equatable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public static func == (one: HTTPBody, other: HTTPBody) -> Bool { one === other || one.bytes == other.bytes }
}
