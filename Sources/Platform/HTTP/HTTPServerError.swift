internal import Glibc

/// Why a server could not be started.
public enum HTTPServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The address is not `HOST:PORT`.
    case invalidAddress(String, reason: String, remedy: String)
    /// The host name of the address has no IP address; `reason` is the resolver's.
    case unknownHost(String, reason: String)
    case portInUse(String)
    case permissionDenied(String)
    /// No interface of this host has the address.
    case addressNotOurs(String)
    /// `operation` failed with the error number `code`.
    case failed(String, operation: String, code: Int32)

    public var description: String {
        switch self {
        case .invalidAddress(let address, let reason, let remedy):
            "cannot listen on \"\(address)\": \(reason); \(remedy)"
        case .unknownHost(let address, let reason):
            "cannot listen on \"\(address)\": the host name cannot be resolved (\(reason)); use an IP address"
        case .portInUse(let address):
            "cannot listen on \(address): the port is in use; stop the program that has it "
                + "(ss -ltnp shows which) or choose another port"
        case .permissionDenied(let address):
            "cannot listen on \(address): permission denied; choose a port of 1024 or above, "
                + "or grant CAP_NET_BIND_SERVICE"
        case .addressNotOurs(let address):
            "cannot listen on \(address): no network interface of this host has this address; "
                + "use one that `ip address` shows, or :PORT for all"
        case .failed(let address, let operation, let code):
            "cannot listen on \(address): \(operation) failed: \(String(cString: strerror(code)))"
        }
    }

    static func listen(_ address: String, code: Int32) -> HTTPServerError {
        switch code {
        case EADDRINUSE: .portInUse(address)
        case EACCES, EPERM: .permissionDenied(address)
        case EADDRNOTAVAIL: .addressNotOurs(address)
        default: .failed(address, operation: "listen", code: code)
        }
    }
}
