internal import CSystem

/// What belongs to one TLS connection of a server. Changes on the server's thread only; lives until the session is gone.
final class TLSConnection {
    private let server: TLSServer
    private let onCompleted: () -> Void
    private let hooks = UnsafeMutablePointer<csystem_tls_hooks>.allocate(capacity: 1)
    /// Whether the handshake has come to its end.
    private(set) var isEstablished = false
    /// Whether the client's certificate was not taken.
    private(set) var hasRefusedClient = false

    init(_ server: TLSServer, onCompleted: @escaping () -> Void) {
        self.server = server
        self.onCompleted = onCompleted
        hooks.initialize(
            to: csystem_tls_hooks(
                verify: { session, context in
                    guard let session, let connection = TLSConnection.at(context) else { return -1 }
                    if connection.server.admits(session) { return 0 }
                    connection.hasRefusedClient = true
                    return -1
                },
                completed: { _, context in
                    guard let connection = TLSConnection.at(context), !connection.isEstablished else { return }
                    connection.isEstablished = true
                    connection.onCompleted()
                },
                context: Unmanaged.passUnretained(self).toOpaque()))
    }

    deinit { hooks.deallocate() }

    /// Before the handshake; false where GnuTLS refuses.
    func prepare(_ session: gnutls_session_t) -> Bool { server.prepare(session, hooks: hooks) }

    private static func at(_ context: UnsafeMutableRawPointer?) -> TLSConnection? {
        context.map { Unmanaged<TLSConnection>.fromOpaque($0).takeUnretainedValue() }
    }
}
