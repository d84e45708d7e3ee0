/// One entry of a list header with preferences (`Accept`, `Accept-Encoding`), RFC 9110 section 12.
struct AcceptEntry: Equatable {
    /// The media range or coding in lower case: `text/plain`, `*/*`, `gzip`.
    var token: String
    /// Parameters but `q`: names and values in lower case, quotes removed. The first of a name counts.
    var parameters: [String: String]
    /// The client's preference in thousandths; 0 refuses.
    var quality: Int
}

/// A parsed list header.
struct AcceptHeader: Equatable {
    /// Longer headers are treated as absent.
    static let lengthMaxBytes = 4096
    /// Headers with more entries are treated as absent.
    static let entriesMax = 64

    /// In the order of the header. Malformed entries are left out.
    let entries: [AcceptEntry]

    /// Nil when the header exceeds a limit.
    init?(_ text: String) {
        guard text.utf8.count <= Self.lengthMaxBytes else { return nil }
        let parts = Self.split(Array(text.utf8)[...], at: UInt8(ascii: ","))
        guard parts.count <= Self.entriesMax else { return nil }
        entries = parts.compactMap(Self.entry)
    }

    private static func entry(_ bytes: ArraySlice<UInt8>) -> AcceptEntry? {
        let parts = split(bytes, at: UInt8(ascii: ";"))
        guard let token = token(trimmed(parts[0])) else { return nil }
        var entry = AcceptEntry(token: token, parameters: [:], quality: 1000)
        var hasQuality = false
        for part in parts.dropFirst().map(trimmed) where !part.isEmpty {
            guard let (name, value) = parameter(part) else { return nil }
            if name == "q" {
                guard !hasQuality, let quality = quality(value) else { return nil }
                entry.quality = quality
                hasQuality = true
            } else if entry.parameters[name] == nil {
                entry.parameters[name] = value.lowercased()
            }
        }
        return entry
    }

    private static func parameter(_ bytes: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")),
            let name = token(trimmed(bytes[..<equals]))
        else { return nil }
        let value = trimmed(bytes[(equals + 1)...])
        if value.first != UInt8(ascii: "\"") {
            return token(value) == nil ? nil : (name, String(decoding: value, as: UTF8.self))
        }
        guard value.count >= 2, value.last == UInt8(ascii: "\"") else { return nil }
        var unquoted: [UInt8] = []
        var escaped = false
        for byte in value.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !escaped {
                escaped = true
            } else {
                unquoted.append(byte)
                escaped = false
            }
        }
        return escaped ? nil : (name, String(decoding: unquoted, as: UTF8.self))
    }

    /// `0`, `0.25`, `1`, `1.000`: at most three decimals, nothing above 1. Nil for anything else.
    private static func quality(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"), bytes.count <= 5,
            bytes.count == 1 || bytes[1] == UInt8(ascii: ".")
        else { return nil }
        var thousandths = first == UInt8(ascii: "1") ? 1000 : 0
        var place = 100
        for byte in bytes.dropFirst(2) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            thousandths += Int(byte - UInt8(ascii: "0")) * place
            place /= 10
        }
        return thousandths <= 1000 ? thousandths : nil
    }

    /// Parts between separators that do not stand in quotes.
    private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var quoted = false
        var escaped = false
        for (index, byte) in zip(bytes.indices, bytes) {
            if byte == separator, !quoted {
                parts.append(bytes[start..<index])
                start = index + 1
            } else if byte == UInt8(ascii: "\""), !escaped {
                quoted.toggle()
            }
            escaped = quoted && !escaped && byte == UInt8(ascii: "\\")
        }
        parts.append(bytes[start...])
        return parts
    }

    /// `bytes` in lower case when it is made of visible ASCII without separators (`/` and `*` belong to media ranges);
    /// nil otherwise.
    private static func token(_ bytes: ArraySlice<UInt8>) -> String? {
        let separators = "()<>@,;:\\\"[]?={}".utf8
        let isToken = !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) && !separators.contains($0) }
        return isToken ? String(decoding: bytes, as: UTF8.self).lowercased() : nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return bytes[first...last]
    }
}
