internal import CSystem
internal import Glibc

/// Socket addresses as text.
enum SocketAddress {
    /// `127.0.0.1:9959` or `[::1]:9959`; an IPv4 client of an IPv6 socket is written as IPv4. Empty for other families.
    static func text(_ address: UnsafePointer<sockaddr>) -> String {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            var inet = raw.loadUnaligned(as: sockaddr_in.self)
            return "\(numeric(AF_INET, &inet.sin_addr)):\(UInt16(bigEndian: inet.sin_port))"
        case AF_INET6:
            var inet = raw.loadUnaligned(as: sockaddr_in6.self)
            let port = UInt16(bigEndian: inet.sin6_port)
            let host = numeric(AF_INET6, &inet.sin6_addr)
            let mapped = "::ffff:"
            if host.hasPrefix(mapped), host.contains(".") { return "\(host.dropFirst(mapped.count)):\(port)" }
            return "[\(host)]:\(port)"
        default:
            return ""
        }
    }

    /// The port of an IPv4 or IPv6 address; 0 for other families.
    static func port(_ address: UnsafePointer<sockaddr>) -> UInt16 {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET: return UInt16(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_port)
        case AF_INET6: return UInt16(bigEndian: raw.loadUnaligned(as: sockaddr_in6.self).sin6_port)
        default: return 0
        }
    }

    private static func numeric(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let base = buffer.baseAddress, inet_ntop(family, address, base, socklen_t(buffer.count)) != nil
            else { return "" }
            return String(cString: base)
        }
    }
}
