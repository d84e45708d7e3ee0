internal import CSystem

/// Digests by a key that nobody knows: HMAC with SHA-256 (RFC 2104). What they were made from cannot be found by trying,
/// not even by who reads this process' memory without the key.
public struct KeyedDigest: Sendable {
    public static let byteCount = 32
    private let key: [UInt8]

    /// With a random key; nil where the kernel gives no randomness.
    public init?() {
        var key = [UInt8](repeating: 0, count: Self.byteCount)
        guard gnutls_rnd(GNUTLS_RND_KEY, &key, key.count) == 0 else { return nil }
        self.key = key
    }

    /// The digest of `parts`, of which none can run into the next; nil when memory is short.
    public func digest(_ parts: [[UInt8]]) -> [UInt8]? {
        var text: [UInt8] = []
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { text += $0 }
            text += part
        }
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        guard gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, key.count, text, text.count, &digest) == 0 else { return nil }
        return digest
    }
}
