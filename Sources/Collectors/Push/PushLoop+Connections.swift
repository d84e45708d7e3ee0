import Platform
import Telemetry

/// Stream connections: accepting, reading, making room.
extension PushLoop {
    mutating func accept(_ socket: UnixSocket) {
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
    static func connectionsMax(of peer: PeerProcess) -> Int {
        peer.pid == 0 ? PushLimits.connectionsOfUnknownSendersMax : PushLimits.connectionsPerSenderMax
    }

    /// Whether there is room for a connection of a process that has `count`. Where all are taken, the one that was
    /// silent for longest, of the process with the most, gives way.
    mutating func makeRoom(besides count: Int) -> Bool {
        guard connections.count >= connectionsMax else { return true }
        guard let most = connectionsPerSender.max(by: { $0.value < $1.value }), most.value > count + 1,
            let victim = connections.values.lazy.filter({ $0.stream.sender == most.key })
                .min(by: { $0.lastReadSeconds < $1.lastReadSeconds })
        else { return false }
        // What it sent last is taken.
        read(victim.stream.descriptor)
        guard connections.removeValue(forKey: victim.stream.descriptor) != nil else { return true }
        forget(victim.stream)
        ingestor.withLock { $0.countRefusedConnection() }
        return true
    }

    mutating func read(_ descriptor: Int32) {
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
    func feed(_ count: Int, to connection: inout Connection) -> Bool {
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

    func finish(_ connection: inout Connection) {
        let peer = connection.stream.sender
        if let fault = connection.framer.finish(packet: { take($0, from: peer) }) {
            ingestor.withLock { $0.count(fault) }
        }
    }

    mutating func forget(_ stream: StreamConnection) {
        poll.remove(stream.descriptor)
        stream.close()
        let count = connectionsPerSender[stream.sender, default: 1]
        connectionsPerSender[stream.sender] = count > 1 ? count - 1 : nil
    }
}

extension Sender {
    init(_ peer: PeerProcess) { self.init(pid: peer.pid, uid: peer.uid) }
}
