import Platform
import Telemetry

/// What the push thread owns: the sockets' events, the datagram buffers and the stream connections.
struct PushLoop: ~Copyable {
    private struct Connection {
        let stream: StreamConnection
        var framer = StreamFramer()
        /// Since when a frame or line is unfinished, monotonic seconds.
        var unfinishedSince: Double?
        /// When something came last, monotonic seconds.
        var lastReadSeconds: Double
    }

    private let sockets: [UnixSocket]
    private let ingestor: Locked<PushIngestor>
    private let wakeup: Wakeup
    private let onProblem: @Sendable (String) -> Void
    private var poll: EventPoll
    private let receiver: DatagramReceiver
    private var connections: [Int32: Connection] = [:]
    private var connectionsPerSender: [PeerProcess: Int] = [:]
    /// Sockets left alone until the next sweep, because accepting or receiving failed.
    private var pausedSockets: Set<Int32> = []
    private var readBuffer = [UInt8](repeating: 0, count: PushLimits.packetBytesMax)
    private var nextSweep: Double
    private let connectionsMax: Int
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
        for socket in sockets { self.poll.add(socket.descriptor) }
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
    private func take(_ packet: Span<UInt8>, from peer: PeerProcess) {
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
            guard ofSender < Self.connectionsMax(of: stream.sender), makeRoom(besides: ofSender),
                poll.add(stream.descriptor)
            else {
                stream.close()
                ingestor.withLock { $0.countRefusedConnection() }
                continue
            }
            connectionsPerSender[stream.sender] = ofSender + 1
            connections[stream.descriptor] = Connection(stream: stream, lastReadSeconds: HostClock.monotonicSeconds())
        }
    }

    /// Processes of one user that the kernel cannot name here, in another PID namespace, share one count.
    private static func connectionsMax(of peer: PeerProcess) -> Int {
        peer.pid == 0 ? PushLimits.connectionsOfUnknownSendersMax : PushLimits.connectionsPerSenderMax
    }

    /// Whether there is room for a connection of a process that has `count`. Where all are taken, the one that was
    /// silent for longest, of the process with the most, gives way.
    private mutating func makeRoom(besides count: Int) -> Bool {
        guard connections.count >= connectionsMax else { return true }
        guard let most = connectionsPerSender.max(by: { $0.value < $1.value }), most.value > count + 1,
            let victim = connections.values.lazy.filter({ $0.stream.sender == most.key })
                .min(by: { $0.lastReadSeconds < $1.lastReadSeconds })
        else { return false }
        connections[victim.stream.descriptor] = nil
        forget(victim.stream)
        ingestor.withLock { $0.countRefusedConnection() }
        return true
    }

    private mutating func read(_ descriptor: Int32) {
        guard var connection = connections.removeValue(forKey: descriptor) else { return }
        var isOpen = true
        var taken = 0
        while isOpen, taken < PushLimits.streamTurnBytes {
            switch connection.stream.read(into: &readBuffer) {
            case .bytes(let count):
                taken += count
                connection.lastReadSeconds = HostClock.monotonicSeconds()
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
    private func feed(_ count: Int, to connection: inout Connection) -> Bool {
        let peer = connection.stream.sender
        var hasPacket = false
        defer { if hasPacket { connection.unfinishedSince = nil } }
        do throws(MalformedReason) {
            let fault = try connection.framer.feed(readBuffer.span.extracting(0..<count)) { packet in
                take(packet, from: peer)
                hasPacket = true
            }
            if let fault { ingestor.withLock { $0.count(fault) } }
            return true
        } catch {
            ingestor.withLock { $0.count(error) }
            return false
        }
    }

    private func finish(_ connection: inout Connection) {
        let peer = connection.stream.sender
        if let fault = connection.framer.finish(packet: { take($0, from: peer) }) {
            ingestor.withLock { $0.count(fault) }
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
        let now = HostClock.monotonicSeconds()
        guard now - (toldSeconds[socket.descriptor] ?? -.infinity) > PushServer.problemSeconds else { return }
        toldSeconds[socket.descriptor] = now
        onProblem(
            "cannot \(call) on '\(socket.path)': \(SystemError.text(code)); trying again, every \(Int(PushServer.sweepSeconds)) seconds"
        )
    }

    private static func now() -> PushTime {
        PushTime(monotonicSeconds: HostClock.monotonicSeconds(), unixSeconds: HostClock.unixSeconds())
    }
}

extension Sender {
    init(_ peer: PeerProcess) { self.init(pid: peer.pid, uid: peer.uid) }
}
