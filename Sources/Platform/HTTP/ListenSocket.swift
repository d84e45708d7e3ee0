internal import CSystem
internal import Glibc

/// A listening TCP socket.
struct ListenSocket {
    let descriptor: Int32
    /// The port bound: the kernel's choice when 0 was asked for.
    let port: UInt16
    /// Address and port bound, for example `127.0.0.1:9959`.
    let name: String

    /// Connections that the kernel completes and keeps for us.
    private static let backlog: Int32 = 128

    init(_ text: String) throws(HTTPServerError) {
        let address: ListenAddress
        do {
            address = try ListenAddress(text)
        } catch {
            throw .invalidAddress(text, reason: "it \(error.reason)", remedy: error.remedy)
        }
        var candidates = address.host.isEmpty ? ["::", "0.0.0.0"] : [address.host]
        // A kernel without IPv6 has no wildcard address that takes both.
        while true {
            do {
                descriptor = try Self.bind(candidates.removeFirst(), address.port, text)
                break
            } catch {
                guard !candidates.isEmpty, Self.lacksFamily(error) else { throw error }
            }
        }
        (name, port) = Self.bound(descriptor)
    }

    private static func lacksFamily(_ error: HTTPServerError) -> Bool {
        switch error {
        case .failed(_, _, EAFNOSUPPORT), .addressNotOurs, .unknownHost: true
        default: false
        }
    }

    private static func bind(_ host: String, _ port: UInt16, _ text: String) throws(HTTPServerError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = list, let address = first.pointee.ai_addr else {
            throw .unknownHost(text, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        let descriptor = csystem_http_listen(address, first.pointee.ai_addrlen, backlog)
        guard descriptor >= 0 else { throw .listen(text, code: -descriptor) }
        return descriptor
    }

    private static func bound(_ descriptor: Int32) -> (String, UInt16) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0 else { return ("", 0) }
                return (SocketAddress.text(address), SocketAddress.port(address))
            }
        }
    }
}
