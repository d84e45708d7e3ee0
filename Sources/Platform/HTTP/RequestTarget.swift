/// The target of a request line, taken apart (RFC 9112, section 3.2).
struct RequestTarget: Equatable {
    /// With percent escapes decoded.
    var path: String
    var query: [Parameter]

    struct Parameter: Equatable {
        var name: String
        var value: String?
    }

    /// Takes `/path?query` and `http://host/path?query`; nil for everything else.
    init?(_ target: some Sequence<UInt8>) {
        var bytes = Array(target)[...]
        for scheme in ["http://", "https://"] where bytes.starts(with: scheme.utf8) {
            bytes = bytes.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            if bytes.first != UInt8(ascii: "/") { bytes = [UInt8(ascii: "/")] + bytes }
            break
        }
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        path = Self.decoded(parts[0], plusIsSpace: false)
        query = parts.count > 1 ? Self.parameters(parts[1]) : []
    }

    private static func parameters(_ query: ArraySlice<UInt8>) -> [Parameter] {
        query.split(separator: UInt8(ascii: "&")).map { part in
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return Parameter(
                name: decoded(pair[0], plusIsSpace: true),
                value: pair.count > 1 ? decoded(pair[1], plusIsSpace: true) : nil)
        }
    }

    /// Decodes `%41`; an escape that is not two hexadecimal digits stays as it is.
    private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var i = bytes.startIndex
        while i < bytes.endIndex {
            let byte = bytes[i]
            if byte == UInt8(ascii: "%"), i + 2 < bytes.endIndex, let high = nibble(bytes[i + 1]),
                let low = nibble(bytes[i + 2])
            {
                result.append(high << 4 | low)
                i += 3
                continue
            }
            result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            i += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
