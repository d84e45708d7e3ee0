/// What a client says it is: the header `Authorization` of the scheme Basic (RFC 7617).
public struct BasicCredentials: Sendable, Hashable {
    public var user: String
    /// As it was sent; UTF-8 as a rule.
    public var password: [UInt8]

    /// Nil for a header of another scheme, and for what is none.
    public init?(header: String) {
        let scheme = "basic "
        guard header.utf8.count > scheme.utf8.count, header.prefix(scheme.count).lowercased() == scheme else {
            return nil
        }
        let token = header.dropFirst(scheme.count).drop { $0 == " " }
        guard let bytes = Base64.bytes(String(token)), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: bytes[..<colon], as: UTF8.self)
        else { return nil }
        self.user = user
        password = Array(bytes[(colon + 1)...])
    }
}
