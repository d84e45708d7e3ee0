internal import CSystem
internal import Glibc

/// A password's hash by bcrypt (Provos and Mazières, 1999), as `htpasswd -B` writes it.
public struct BcryptHash: Sendable, Hashable {
    /// Rounds as a power of two. 4 is the least there is; with 15 a check takes some 2 s.
    public static let costRange = 4...15
    /// `$2y$10$`, 22 characters of salt, 31 of the hash.
    private static let textBytes = 60
    private static let settingBytes = 29

    /// Why a text is no hash.
    public enum Problem: Error, Sendable, Hashable {
        case notBcrypt
        case cost(Int)
    }

    public let text: String
    public let cost: Int

    /// Takes `$2a$`, `$2b$` and `$2y$`, which mean the same for passwords of today's programs.
    public init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.textBytes, ["$2a$", "$2b$", "$2y$"].contains(where: { bytes.starts(with: $0.utf8) }),
            bytes[6] == UInt8(ascii: "$"), bytes[7...].allSatisfy(Self.isDigit),
            bytes[4...5].allSatisfy({ (0x30...0x39).contains($0) })
        else { throw .notBcrypt }
        cost = Int(bytes[4] - 0x30) * 10 + Int(bytes[5] - 0x30)
        guard Self.costRange.contains(cost) else { throw .cost(cost) }
        self.text = text
    }

    private init(text: String, cost: Int) {
        self.text = text
        self.cost = cost
    }

    /// A hash that belongs to no password known, to be checked for users that there are not.
    public static func unknown(cost: Int) -> BcryptHash {
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        return BcryptHash(text: "$2y$\(digits)$" + String(repeating: ".", count: 53), cost: cost)
    }

    /// Whether the password is this one's. Takes as long as the cost says, and as long for a wrong one.
    public func matches(_ password: [UInt8]) -> Bool {
        // bcrypt ends a password at its first zero.
        guard !password.contains(0) else { return false }
        var hash = [CChar](repeating: 0, count: 128)
        var phrase = password.map { CChar(bitPattern: $0) } + [0]
        defer { explicit_bzero(&phrase, phrase.count) }
        guard csystem_bcrypt(phrase, text, &hash, hash.count) == 0 else { return false }
        let found = hash.prefix(Self.textBytes).map { UInt8(bitPattern: $0) }.dropFirst(Self.settingBytes)
        return ConstantTime.isEqual(Array(found), Array(text.utf8.dropFirst(Self.settingBytes)))
    }

    /// bcrypt's alphabet for base 64.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"): true
        default: false
        }
    }
}

/// Comparisons whose time tells nothing of what is compared.
enum ConstantTime {
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && gnutls_memcmp(left, right, left.count) == 0
    }
}
