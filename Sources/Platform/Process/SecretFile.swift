/// A file with a token or a password, and nothing else.
public enum SecretFile {
    /// The longest secret, in bytes.
    public static let bytesMax = 16_384

    /// The text of the regular file `path` without the white space around it.
    public static func read(_ path: String) throws(RegularFile.Problem) -> String {
        let bytes = try RegularFile.read(path, bytesMax: bytesMax)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RegularFile.Problem("\(path) is no UTF-8 text")
        }
        let secret = text.drop { $0.isWhitespace }
        guard let last = secret.lastIndex(where: { !$0.isWhitespace }) else {
            throw RegularFile.Problem("\(path) is empty")
        }
        return String(secret[...last])
    }
}
