/// A file with certificates or a key in PEM (RFC 7468).
public enum PEMFile {
    /// The longest one, in bytes: ten times the authorities of a distribution.
    public static let bytesMax = 4 << 20

    /// What it is to hold.
    public enum Content: Sendable {
        case certificates, key

        fileprivate var label: String { self == .key ? "PRIVATE KEY-----" : "CERTIFICATE-----" }
        fileprivate var words: String { self == .key ? "private key" : "certificate" }
    }

    /// Throws what keeps the file from being used, without looking into what is encoded there.
    public static func check(_ path: String, holds content: Content) throws(RegularFile.Problem) {
        let bytes = try RegularFile.read(path, bytesMax: bytesMax)
        guard !bytes.isEmpty else { throw RegularFile.Problem("\(path) is empty") }
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        var isOpen = false
        for line in lines where line.starts(with: "-----".utf8) {
            let text = String(decoding: line.prefix(80), as: UTF8.self).trailingSpaceRemoved
            guard text.hasSuffix(content.label) else { continue }
            if text.hasPrefix("-----BEGIN ") { isOpen = true }
            if text.hasPrefix("-----END "), isOpen { return }
        }
        throw RegularFile.Problem("\(path) holds no \(content.words) in PEM, -----BEGIN to -----END \(content.label)")
    }
}

extension String {
    fileprivate var trailingSpaceRemoved: Substring {
        self[...].lastIndex { $0 != " " && $0 != "\t" }.map { self[...$0] } ?? ""
    }
}
