internal import CSystem
internal import Glibc

/// An HTTP/1.1 server for small pages: libmicrohttpd with one thread of its own, and one more that enforces deadlines.
///
/// Requests have no body. The handler runs on the server's thread, so while it works nobody else is answered; it must
/// not call `stop()`.
public final class HTTPServer: Sendable {
    /// The address bound, for example `127.0.0.1:9959`.
    public let address: String
    /// The port bound: the kernel's choice when 0 was asked for.
    public let port: UInt16
    private let core: ServerCore

    /// Serves at once.
    ///
    /// - Parameters:
    ///   - address: `127.0.0.1:9959`, `[::1]:9959`, `localhost:9959`, or `:9959` for all interfaces.
    ///   - limits: see `HTTPServerLimits` for the defaults.
    ///   - access: TLS, who gets an answer, headers of all responses. Its gate must not keep requests pending when
    ///     `stop()` is called, nor afterwards.
    ///   - handler: answers one request.
    public init(
        address: String, limits: HTTPServerLimits = HTTPServerLimits(), access: HTTPAccess = HTTPAccess(),
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        let socket = try ListenSocket(address)
        self.address = socket.name
        port = socket.port
        core = ServerCore(limits: limits, access: access, handler: handler)
        do {
            try core.start(socket.descriptor)
        } catch {
            throw .failed(address, operation: error.operation, code: error.code)
        }
    }

    deinit { stop() }

    /// Closes all connections and ends the threads; a response being sent is cut off. May be called again.
    public func stop() { core.stop() }

    /// What the server has done since it started.
    public var counters: HTTPServerCounters { core.counters }
}
