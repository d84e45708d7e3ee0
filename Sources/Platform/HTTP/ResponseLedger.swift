/// The responses being sent and the memory they take: decides which give way when there is too little of it.
///
/// A body counts once however many clients it is sent to. Pure: the caller tells the time (nanoseconds of a monotonic
/// clock) and what the kernel still holds for a client, and ends responses.
struct ResponseLedger {
    enum Admission {
        /// These have to be given up; they are in the ledger no longer.
        case admitted(givingWay: [ResponseSending])
        case refused
    }

    /// Bytes given to the kernel for a connection that its client has not acknowledged; nil when it is not known.
    typealias Unacknowledged = (_ descriptor: Int32) -> Int?

    private let bytesMax: Int
    private let graceNanoseconds: Double
    private let paceNanoseconds: Double
    /// Bytes of all bodies.
    private(set) var bytes = 0
    private var sendings: [ObjectIdentifier: ResponseSending] = [:]
    /// How many clients each body is sent to.
    private var clients: [ObjectIdentifier: Int] = [:]

    init(_ limits: HTTPServerLimits) {
        bytesMax = limits.responseBytesMax
        graceNanoseconds = (limits.responseGraceSeconds.isNaN ? 0 : limits.responseGraceSeconds) * 1e9
        // NaN and what is below a millisecond become a millisecond.
        paceNanoseconds = (limits.responsePaceSeconds > 0.001 ? limits.responsePaceSeconds : 0.001) * 1e9
    }

    /// Counts `sending`, if there is room or room can be made.
    mutating func admit(_ sending: ResponseSending, at now: UInt64, _ unacknowledged: Unacknowledged) -> Admission {
        let added = clients[sending.bodyIdentity] == nil ? sending.bytes : 0
        guard let leaving = givingWay(toBytes: added, at: now, unacknowledged) else { return .refused }
        for other in leaving { remove(other) }
        sendings[ObjectIdentifier(sending)] = sending
        clients[sending.bodyIdentity, default: 0] += 1
        bytes += added
        return .admitted(givingWay: leaving)
    }

    /// The response was sent or given up; nothing happens when it is not in the ledger.
    mutating func remove(_ sending: ResponseSending) {
        guard sendings.removeValue(forKey: ObjectIdentifier(sending)) != nil else { return }
        let left = (clients[sending.bodyIdentity] ?? 1) - 1
        clients[sending.bodyIdentity] = left == 0 ? nil : left
        if left == 0 { bytes -= sending.bytes }
    }

    /// The connection whose client is most behind; nil when none is.
    func slowest(at now: UInt64, _ unacknowledged: Unacknowledged) -> Int32? {
        let behind = sendings.values.map { (lag: lag($0, at: now, unacknowledged), descriptor: $0.descriptor) }
        return behind.filter { $0.lag > 0 }.max { $0.lag < $1.lag }?.descriptor
    }

    /// Nil when all that may be given up does not make room. Giving up a response frees nothing while another client
    /// is sent the same body, so a body goes with all its clients, and only when all of them are behind.
    private func givingWay(toBytes added: Int, at now: UInt64, _ unacknowledged: Unacknowledged) -> [ResponseSending]? {
        if fits(added, beside: bytes) { return [] }
        let shared = Dictionary(grouping: sendings.values, by: \.bodyIdentity).values.map { sendings in
            (lag: sendings.map { lag($0, at: now, unacknowledged) }.min() ?? 0, sendings: sendings)
        }
        var left = bytes
        var leaving: [ResponseSending] = []
        for body in shared.sorted(by: { $0.lag > $1.lag }) where body.lag > 0 {
            leaving += body.sendings
            left -= body.sendings[0].bytes
            if fits(added, beside: left) { return leaving }
        }
        return nil
    }

    private func fits(_ added: Int, beside bytes: Int) -> Bool {
        added == 0 || bytes == 0 || added <= bytesMax - bytes
    }

    /// How far a client is behind the pace, as a share of the whole response; 0 when it keeps up, or has taken all
    /// that the server gave it so far.
    private func lag(_ sending: ResponseSending, at now: UInt64, _ unacknowledged: Unacknowledged) -> Double {
        let age = Double(now - min(now, sending.sinceNanoseconds))
        let waiting = unacknowledged(sending.descriptor)
        guard age >= graceNanoseconds, waiting != 0 else { return 0 }
        let taken = max(0, sending.handedBytes - (waiting ?? 0))
        return max(0, age / paceNanoseconds - Double(taken) / Double(max(sending.bytes, 1)))
    }
}
