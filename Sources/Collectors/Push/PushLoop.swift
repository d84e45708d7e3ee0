import Glibc
import Platform

/// What the push thread owns: the sockets' events, the datagram buffers and the stream connections.
struct PushLoop: ~Copyable {
    private struct Connection {
        let stream: StreamConnection
        var framer = StreamFramer()
        /// Since when a frame or line is unfinished, monotonic seconds.
        var unfinishedSince: Double?
    }

    private let sockets: [UnixSocket]
    private let ingestor: Locked<PushIngestor>
    private let wakeup: Wakeup
    private let onProblem: @Sendable (String) -> Void
    private var poll: EventPoll
    private let receiver: DatagramReceiver
    private var connections: [Int32: Connection] = [:]
    private var connectionsPerSender: [Int32: Int] = [:]
    /// Sockets left alone until the next sweep, because accepting or receiving failed.
    private var pausedSockets: Set<Int32> = []
    private var readBuffer = [UInt8](repeating: 0, count: PushLimits.packetBytesMax)
    private var nextSweep: Double

    var connectionCount: Int { connections.count }

    /// Enough for a kernel queue of 512 datagrams twice; a sender who goes on for ever does not keep the daemon alive.
    private static let drainTurns = 4

    init?(
        sockets: [UnixSocket], ingestor: Locked<PushIngestor>, wakeup: Wakeup,
        onProblem: @escaping @Sendable (String) -> Void
    ) {
        guard let poll = EventPoll(),
            let receiver = DatagramReceiver(batch: PushLimits.datagramBatch, bytesMax: PushLimits.packetBytesMax)
        else { return nil }
        self.sockets = sockets
        self.ingestor = ingestor
        self.wakeup = wakeup
        self.onProblem = onProblem
        self.poll = poll
        self.receiver = receiver
        nextSweep = HostClock.monotonicSeconds() + PushServer.sweepSeconds
        self.poll.add(wakeup.descriptor)
        for socket in sockets { self.poll.add(socket.descriptor) }
    }

    deinit {
        for connection in connections.values { connection.stream.close() }
    }

    /// Waits for input, at most so long, and takes it.
    mutating func turn(milliseconds: Int32) {
        var ready: [Int32] = []
        poll.wait(milliseconds: milliseconds) { ready.append($0) }
        for descriptor in ready {
            if descriptor == wakeup.descriptor {
                wakeup.clear()
            } else if let socket = sockets.first(where: { $0.descriptor == descriptor }) {
                switch socket.kind {
                case .datagram: receive(socket)
                case .stream: accept(socket)
                }
            } else {
                read(descriptor)
            }
        }
        let now = HostClock.monotonicSeconds()
        if now >= nextSweep { sweep(now) }
    }

    /// Takes what waits in the sockets and connections, without waiting for more. Connections that wait at a socket of
    /// the service manager stay there for the next process.
    mutating func drain() {
        for socket in sockets {
            switch socket.kind {
            case .datagram: for _ in 0..<Self.drainTurns { receive(socket) }
            case .stream: if !socket.isHandedOver { accept(socket) }
            }
        }
        for descriptor in Array(connections.keys) { read(descriptor) }
    }

    // MARK: Datagrams

    private mutating func receive(_ socket: UnixSocket) {
        // A few batches, then the other sockets have their turn; what is left makes the socket ready again.
        for _ in 0..<8 {
            let count = receiver.receive(socket.descriptor)
            if count < 0 { return pause(socket, "receive", Int32(-count)) }
            let time = Self.now()
            ingestor.withLock { ingestor in
                for i in 0..<count {
                    receiver.withDatagram(i) { bytes, isCut, sender in
                        ingestor.ingest(packet: bytes, isCut: isCut, sender: sender, at: time)
                    }
                }
            }
            if count < PushLimits.datagramBatch { return }
        }
    }

    // MARK: Connections

    private mutating func accept(_ socket: UnixSocket) {
        for _ in 0..<64 {
            let stream: StreamConnection
            do {
                guard let waiting = try StreamConnection.accept(from: socket.descriptor) else { return }
                stream = waiting
            } catch {
                return pause(socket, "accept", error.code)
            }
            let ofSender = connectionsPerSender[stream.sender, default: 0]
            // Processes that the kernel cannot name here, in another PID namespace, share one count.
            let senderMax =
                stream.sender == 0 ? PushLimits.connectionsOfUnknownSendersMax : PushLimits.connectionsPerSenderMax
            guard connections.count < PushLimits.connectionsMax, ofSender < senderMax, poll.add(stream.descriptor)
            else {
                stream.close()
                ingestor.withLock { $0.countRefusedConnection() }
                continue
            }
            connectionsPerSender[stream.sender] = ofSender + 1
            connections[stream.descriptor] = Connection(stream: stream)
        }
    }

    private mutating func read(_ descriptor: Int32) {
        guard var connection = connections.removeValue(forKey: descriptor) else { return }
        var isOpen = true
        var taken = 0
        while isOpen, taken < PushLimits.streamTurnBytes {
            switch connection.stream.read(into: &readBuffer) {
            case .bytes(let count):
                taken += count
                isOpen = feed(count, to: &connection)
            case .ended:
                finish(&connection)
                isOpen = false
            case .nothingYet:
                taken = .max
            }
        }
        guard isOpen else { return forget(connection.stream) }
        if !connection.framer.isInsideFrame {
            connection.unfinishedSince = nil
        } else if connection.unfinishedSince == nil {
            connection.unfinishedSince = HostClock.monotonicSeconds()
        }
        connections[descriptor] = connection
    }

    /// False when the connection is to be closed.
    private mutating func feed(_ count: Int, to connection: inout Connection) -> Bool {
        let time = Self.now()
        let sender = connection.stream.sender
        var hasPacket = false
        defer { if hasPacket { connection.unfinishedSince = nil } }
        return ingestor.withLock { ingestor in
            do throws(MalformedReason) {
                let fault = try connection.framer.feed(readBuffer.span.extracting(0..<count)) { packet in
                    ingestor.ingest(packet: packet, sender: sender, at: time)
                    hasPacket = true
                }
                if let fault { ingestor.count(fault) }
                return true
            } catch {
                ingestor.count(error)
                return false
            }
        }
    }

    private func finish(_ connection: inout Connection) {
        let time = Self.now()
        let sender = connection.stream.sender
        ingestor.withLock { ingestor in
            let fault = connection.framer.finish { ingestor.ingest(packet: $0, sender: sender, at: time) }
            if let fault { ingestor.count(fault) }
        }
    }

    private mutating func forget(_ stream: StreamConnection) {
        poll.remove(stream.descriptor)
        stream.close()
        let count = connectionsPerSender[stream.sender, default: 1]
        connectionsPerSender[stream.sender] = count > 1 ? count - 1 : nil
    }

    // MARK: Care

    /// Ends connections that left a frame unfinished for too long, and tries paused sockets again.
    private mutating func sweep(_ now: Double) {
        nextSweep = now + PushServer.sweepSeconds
        for descriptor in pausedSockets { poll.add(descriptor) }
        pausedSockets = []
        for (descriptor, connection) in connections {
            guard let since = connection.unfinishedSince, now - since > PushLimits.unfinishedFrameSecondsMax else {
                continue
            }
            connections[descriptor] = nil
            ingestor.withLock { $0.count(.frameTruncated) }
            forget(connection.stream)
        }
    }

    /// Leaves `socket` alone until the next sweep: it would be reported ready again at once.
    private mutating func pause(_ socket: UnixSocket, _ call: String, _ code: Int32) {
        poll.remove(socket.descriptor)
        pausedSockets.insert(socket.descriptor)
        onProblem("cannot \(call) on '\(socket.path)': \(SystemError.text(code)); trying again")
    }

    private static func now() -> PushTime {
        PushTime(monotonicSeconds: HostClock.monotonicSeconds(), unixSeconds: HostClock.unixSeconds())
    }
}
