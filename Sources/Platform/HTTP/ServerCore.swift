internal import CSystem
internal import Glibc

/// What libmicrohttpd's thread and the deadline thread share.
///
/// `@unchecked Sendable`: everything that changes is in the monitor.
final class ServerCore: @unchecked Sendable {
    struct State {
        var table: ConnectionTable
        var counters = HTTPServerCounters()
        var responses: ResponseLedger
        /// When the deadline thread wakes by itself.
        var wakeNanoseconds = UInt64.max
        /// Set while the server runs; whoever takes it out stops it.
        var running: Running?
        var isStopping = false
    }

    struct Running {
        var daemon: OpaquePointer
        var deadlines: pthread_t
    }

    struct StartError: Error {
        var operation: String
        var code: Int32
    }

    let limits: HTTPServerLimits
    let access: HTTPAccess
    let handler: @Sendable (HTTPRequest) -> HTTPResponse
    let monitor: Monitor<State>

    init(
        limits: HTTPServerLimits, access: HTTPAccess = HTTPAccess(),
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        var limits = limits
        limits.connectionsMax = min(max(limits.connectionsMax, 2), 65_536)
        limits.requestHeadBytesMax = min(max(limits.requestHeadBytesMax, 256), 1 << 24)
        limits.connectionMemoryBytesMax =
            min(max(limits.connectionMemoryBytesMax, 2 * limits.requestHeadBytesMax, 4096), 1 << 28)
        self.limits = limits
        self.access = access
        self.handler = handler
        monitor = Monitor(
            State(table: ConnectionTable(limits, isEncrypted: access.tls != nil), responses: ResponseLedger(limits)))
    }

    /// Starts both threads on a listening socket, which it owns from here on.
    func start(_ listening: Int32) throws(StartError) {
        var callbacks = csystem_http_callbacks(
            access: ServerCallbacks.access, connection: ServerCallbacks.connection,
            completed: ServerCallbacks.completed, target: ServerCallbacks.target,
            context: Unmanaged.passUnretained(self).toOpaque())
        guard
            let daemon = csystem_http_start(
                listening, &callbacks, UInt32(limits.connectionsMax), limits.connectionMemoryBytesMax,
                access.tls == nil ? 0 : 1)
        else {
            let code = errno
            close(listening)
            throw StartError(operation: "starting libmicrohttpd", code: code)
        }
        var thread = pthread_t()
        let code = csystem_http_thread(
            &thread, "http-deadlines", ServerCallbacks.deadlines, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            MHD_stop_daemon(daemon)
            throw StartError(operation: "starting a thread", code: code)
        }
        monitor.withLock { $0.running = Running(daemon: daemon, deadlines: thread) }
    }

    func stop() {
        let running = monitor.withLock { state in
            state.isStopping = true
            return state.running.take()
        }
        guard let running else { return }
        monitor.signal()
        pthread_join(running.deadlines, nil)
        MHD_stop_daemon(running.daemon)
    }

    /// `headers` with those of every response.
    func complete(_ headers: [HTTPField]) -> [HTTPField] {
        access.headers().complete(headers)
    }

    var counters: HTTPServerCounters {
        monitor.withLock { state in
            var counters = state.counters
            counters.connectionsOpen = state.table.connections.count
            counters.responseBytes = state.responses.bytes
            return counters
        }
    }

    func count(_ refusal: HTTPRefusal, _ descriptor: Int32) {
        monitor.withLock { state in
            state.counters.refused[refusal, default: 0] += 1
            state.table.refused(descriptor)
        }
    }
}

// MARK: - Deadlines

extension ServerCore {
    /// The deadline thread's body: sleeps until the next deadline.
    func enforceDeadlines() {
        monitor.run { state in
            if state.isStopping { return .never }
            let overdue = state.table.overdue(at: Monitor<State>.nowNanoseconds, progress: Self.progress)
            for connection in overdue { Self.shutDown(connection, &state) }
            state.wakeNanoseconds = state.table.nextDueNanoseconds ?? .max
            return state.wakeNanoseconds == .max ? .whenSignalled : .at(state.wakeNanoseconds)
        }
    }

    /// The descriptor is open: it leaves the table, under the same lock, before libmicrohttpd closes it.
    static func shutDown(_ connection: ConnectionTable.ShutDown, _ state: inout State) {
        Glibc.shutdown(connection.descriptor, Int32(SHUT_RDWR))
        if let reason = connection.reason { state.counters.refused[reason, default: 0] += 1 }
    }

    /// Changes the table, and wakes the deadline thread when it would sleep too long.
    private func update(_ change: (inout State, UInt64) -> Void) {
        let wake = monitor.withLock { state in
            let now = Monitor<State>.nowNanoseconds
            change(&state, now)
            guard let next = state.table.nextDueNanoseconds, next < state.wakeNanoseconds else { return false }
            state.wakeNanoseconds = next
            return true
        }
        if wake { monitor.signal() }
    }

    func connectionOpened(_ descriptor: Int32) {
        update { state, now in
            state.counters.connections += 1
            let responses = state.responses
            let other = state.table.opened(descriptor, at: now) { responses.slowest(at: now, Self.unacknowledged) }
            if let other { Self.shutDown(other, &state) }
        }
    }

    func connectionClosed(_ descriptor: Int32, _ tls: TLSConnection?) {
        monitor.withLock { state in
            var reason = state.table.closed(descriptor, Self.progress(descriptor))
            // A connection without a handshake has no request head either.
            if let tls, !tls.isEstablished, reason != nil {
                reason = tls.hasRefusedClient ? .clientCertificate : .handshake
            }
            if let reason, !state.isStopping { state.counters.refused[reason, default: 0] += 1 }
        }
    }

    /// Begins TLS on a new connection; nil where that fails, which ends the connection.
    func secure(_ session: OpaquePointer?, _ descriptor: Int32, _ server: TLSServer) -> TLSConnection? {
        let connection = TLSConnection(server) { [unowned self] in
            update { state, _ in state.table.handshakeCompleted(descriptor, Self.progress(descriptor)) }
        }
        guard let session, connection.prepare(session) else {
            Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
            return nil
        }
        return connection
    }

    private static func progress(_ descriptor: Int32) -> ConnectionTable.Progress? {
        var progress = csystem_http_progress()
        guard csystem_http_get_progress(descriptor, &progress) == 0 else { return nil }
        return ConnectionTable.Progress(
            bytesReceived: progress.bytes_received, hasEnded: progress.has_ended != 0)
    }

    func headCompleted(_ descriptor: Int32, bytes: Int) {
        update { state, now in
            let received = access.tls == nil ? nil : Self.progress(descriptor)
            state.table.headCompleted(descriptor, bytes: bytes, received, at: now)
        }
    }

    func responseEnded(_ descriptor: Int32, status: Int) {
        update { state, now in
            if status >= 100 { state.counters.responses[status / 100, default: 0] += 1 }
            let ended = state.table.responseEnded(descriptor, Self.progress(descriptor), at: now)
            if let ended { Self.shutDown(ended, &state) }
        }
    }
}
