internal import CSystem
internal import Glibc

/// The functions that libmicrohttpd and the deadline thread call; `context` is the `ServerCore`.
///
/// A request's life: `target` (the request line is there), `access` (the head is complete; answering at this call
/// closes the connection afterwards), `access` again (there is no body; answer and keep the connection), where
/// the gate took its time `access` once more, `completed`.
enum ServerCallbacks {
    static let connection: MHD_NotifyConnectionCallback = { context, connection, own, code in
        let core = ServerCallbacks.core(context)
        let descriptor = csystem_http_descriptor(connection)
        switch code {
        case .CONNECTION_NOTIFY_STARTED:
            core.connectionOpened(descriptor)
            guard let server = core.access.tls?() else { return }
            let tls = core.secure(csystem_tls_session(connection), descriptor, server)
            own?.pointee = tls.map { Unmanaged.passRetained($0).toOpaque() }
        default:
            // libmicrohttpd has freed the session.
            let tls = own?.pointee.map { Unmanaged<TLSConnection>.fromOpaque($0).takeRetainedValue() }
            own?.pointee = nil
            core.connectionClosed(descriptor, tls)
        }
    }

    static let target:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? =
            { _, target, _ in
                // The raw bytes: libmicrohttpd decodes in place, and %00 would end the path.
                let bytes = target.map {
                    UnsafeBufferPointer(start: UnsafePointer<UInt8>(OpaquePointer($0)), count: strlen($0))
                }
                let exchange = HTTPExchange(
                    RequestTarget(bytes.map(Array.init) ?? []), at: bytes.map { UnsafeRawBufferPointer($0) })
                return Unmanaged.passRetained(exchange).toOpaque()
            }

    static let access: MHD_AccessHandlerCallback = {
        context, connection, _, method, version, _, uploadBytes, request in
        guard let connection, let method, let version, let held = request?.pointee else { return .NO }
        // A body cannot come: a request that announces one was answered at the first call.
        guard uploadBytes?.pointee == 0 else { return .NO }
        let exchange = Unmanaged<HTTPExchange>.fromOpaque(held).takeUnretainedValue()
        return exchange.advance(
            ServerCallbacks.core(context), connection, method: method, version: version)
    }

    static let completed: MHD_RequestCompletedCallback = { context, connection, request, _ in
        guard let connection, let held = request?.pointee else { return }
        request?.pointee = nil
        Unmanaged<HTTPExchange>.fromOpaque(held).takeRetainedValue().end(ServerCallbacks.core(context), connection)
    }

    static let deadlines: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<ServerCore>.fromOpaque(context).takeRetainedValue().enforceDeadlines()
        return nil
    }

    private static func core(_ context: UnsafeMutableRawPointer?) -> ServerCore {
        guard let context else { preconditionFailure("libmicrohttpd lost its context") }
        return Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
    }
}
