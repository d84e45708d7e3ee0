/// Names as Prometheus takes them, made from names as people write them.
public enum MetricName {
    /// `raw` with every character that a metric name may not have replaced by `_`, and a `_` before a leading digit.
    ///
    /// Valid are `[a-zA-Z_:][a-zA-Z0-9_:]*`; a colon is for recording rules and is replaced as well.
    public static func sanitized(_ raw: String) -> String {
        sanitizedIdentifier(raw)
    }

    /// `raw` as a label name, `[a-zA-Z_][a-zA-Z0-9_]*`.
    public static func sanitizedLabel(_ raw: String) -> String {
        sanitizedIdentifier(raw)
    }

    private static func sanitizedIdentifier(_ raw: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.utf8.count + 1)
        for scalar in raw.unicodeScalars {
            let value = UInt8(truncatingIfNeeded: scalar.value)
            let isValid = scalar.isASCII && (isLetter(value) || isDigit(value) || value == UInt8(ascii: "_"))
            if bytes.isEmpty, scalar.isASCII, isDigit(value) { bytes.append(UInt8(ascii: "_")) }
            bytes.append(isValid ? value : UInt8(ascii: "_"))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
