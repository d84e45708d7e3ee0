import Platform
import Telemetry

/// What the push thread owns: the sockets' events, the datagram buffers and the stream connections.
struct PushLoop: ~Copyable {
    struct Connection {
        let stream: StreamConnection
        var framer = StreamFramer()
        /// Since when a frame or line is unfinished, monotonic seconds.
        var unfinishedSince: Double?
        /// When something came last, monotonic seconds.
        var lastReadSeconds: Double
    }

    let sockets: [UnixSocket]
    let ingestor: Locked<PushIngestor>
    private let wakeup: Wakeup
    private let onProblem: @Sendable (String) -> Void
    var poll: EventPoll
    private let receiver: DatagramReceiver
    var connections: [Int32: Connection] = [:]
    var connectionsPerSender: [PeerProcess: Int] = [:]
    /// Sockets left alone until the next sweep, because accepting or receiving failed.
    private var pausedSockets: Set<Int32> = []
    var readBuffer = [UInt8](repeating: 0, count: PushLimits.packetBytesMax)
    private var nextSweep: Double
    let connectionsMax: Int
    /// When a problem of a socket was told last.
    private var toldSeconds: [Int32: Double] = [:]

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
        connectionsMax = Self.connectionsMax(filesMax: FileLimit.inForce)
        self.poll.add(wakeup.descriptor)
        for socket in sockets where !self.poll.add(socket.descriptor) { pausedSockets.insert(socket.descriptor) }
    }

    /// A part of the descriptors is for other uses: files, HTTP clients.
    private static func connectionsMax(filesMax: Int) -> Int {
        min(PushLimits.connectionsMax, max(filesMax / 2, filesMax - PushLimits.filesForOthers))
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
            take(count)
            if count < PushLimits.datagramBatch { return }
        }
    }

    /// Takes the datagrams of the last batch. The lock is given back after some KiB of lines, many small datagrams or a
    /// part of a large one: however dear these lines are, nobody waits long.
    private func take(_ count: Int) {
        let time = Self.now()
        var i = 0
        var cursor = PushIngestor.PacketCursor()
        while i < count {
            ingestor.withLock { ingestor in
                var budgetBytes = PushLimits.lockTurnBytes
                while i < count, budgetBytes > 0 {
                    var isDone = false
                    receiver.withDatagram(i) { bytes, isCut, peer in
                        isDone = ingestor.ingest(
                            bytes, isCut: isCut, sender: Sender(peer), at: time, from: &cursor,
                            budgetBytes: &budgetBytes)
                    }
                    guard isDone else { continue }
                    i += 1
                    cursor = PushIngestor.PacketCursor()
                }
            }
        }
    }

    /// Takes one packet of a stream, the lock in turns as above.
    func take(_ packet: Span<UInt8>, from peer: PeerProcess) {
        let time = Self.now()
        var cursor = PushIngestor.PacketCursor()
        var isDone = false
        while !isDone {
            ingestor.withLock { ingestor in
                var budgetBytes = PushLimits.lockTurnBytes
                isDone = ingestor.ingest(
                    packet, isCut: false, sender: Sender(peer), at: time, from: &cursor, budgetBytes: &budgetBytes)
            }
        }
    }

    // MARK: Care

    /// Ends connections that left a frame unfinished for too long, and tries paused sockets again.
    private mutating func sweep(_ now: Double) {
        nextSweep = now + PushServer.sweepSeconds
        for descriptor in pausedSockets where poll.add(descriptor) { pausedSockets.remove(descriptor) }
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
    mutating func pause(_ socket: UnixSocket, _ call: String, _ code: Int32) {
        poll.remove(socket.descriptor)
        pausedSockets.insert(socket.descriptor)
        let now = HostClock.monotonicSeconds()
        guard now - (toldSeconds[socket.descriptor] ?? -.infinity) > PushServer.problemSeconds else { return }
        toldSeconds[socket.descriptor] = now
        onProblem(
            "cannot \(call) on '\(socket.path)': \(SystemError.text(code)); trying again, every \(Int(PushServer.sweepSeconds)) seconds"
        )
    }

    static func now() -> PushTime {
        PushTime(monotonicSeconds: HostClock.monotonicSeconds(), unixSeconds: HostClock.unixSeconds())
    }
}
