import Collectors
import Floor
import Platform
import Telemetry

/// Receiver CPU per pushed timing, beside the least C that does the job, turn by turn in one run.
///
/// usage: IngestBenchmark [SERIES]      1,000 unless said
@main
enum IngestBenchmark {
    struct Shape {
        let name: String
        let packetBytes: Int
        let rounds: UInt32
    }

    static let series = CommandLine.arguments.dropFirst().first.flatMap { UInt32($0) } ?? 1_000
    static let packetCount: UInt32 = 512
    static let runs = 7
    static let shapes = [
        Shape(name: "one timing a datagram", packetBytes: 1, rounds: 300),
        Shape(name: "1,400-byte datagrams", packetBytes: 1_400, rounds: 60),
        Shape(name: "8 KiB datagrams", packetBytes: 8_192, rounds: 12),
    ]

    static func main() {
        print("ingest: receiver CPU per timing, \(series) series, median of \(runs) paired runs")
        print("  datagrams              latencyd ns   C floor ns   ratio (least … most)")
        for shape in shapes { measure(shape) }
        print("  thirty-two values a line, 1,400-byte datagrams: \(fixed(severalValues())) ns a value")
    }

    /// Nanoseconds a value of lines with 32 of them, which the floor does not know.
    private static func severalValues() -> Double {
        let shape = Shape(name: "", packetBytes: 1_400, rounds: 60)
        return ownMedian(floor_packets_create(packetCount, shape.packetBytes, series, 32)!, shape)
    }

    private static func ownMedian(_ packets: OpaquePointer, _ shape: Shape) -> Double {
        defer { floor_packets_free(packets) }
        let timings = floor_packets_timings(packets) * UInt64(shape.rounds)
        return median(
            (0..<runs).map { _ in run(packets, shape, timings) { ingest($0, timings) } / Double(timings) * 1e9 })
    }

    private static func measure(_ shape: Shape) {
        let packets = floor_packets_create(packetCount, shape.packetBytes, series, 1)!
        defer { floor_packets_free(packets) }
        let timings = floor_packets_timings(packets) * UInt64(shape.rounds)
        var ours: [Double] = []
        var floors: [Double] = []
        for _ in 0..<runs {
            floors.append(run(packets, shape, timings) { floor_ingest($0, timings, series) } / Double(timings) * 1e9)
            ours.append(run(packets, shape, timings) { ingest($0, timings) } / Double(timings) * 1e9)
        }
        let ratios = zip(ours, floors).map { $0 / $1 }.sorted()
        let line = [
            pad(shape.name, 22), pad(fixed(median(ours)), -12), pad(fixed(median(floors)), -12),
            "   \(fixed(median(ratios))) (\(fixed(ratios[0])) … \(fixed(ratios[ratios.count - 1])))",
        ]
        print("  " + line.joined(separator: " "))
    }

    /// CPU seconds that `receive` says it used while another process sends all packets.
    private static func run(
        _ packets: OpaquePointer, _ shape: Shape, _ timings: UInt64, _ receive: (Int32) -> Double
    ) -> Double {
        var pair: [Int32] = [0, 0]
        precondition(floor_socket_pair(&pair) == 0, "no socket pair")
        let sender = floor_send(packets, pair[1], shape.rounds)
        let used = receive(pair[0])
        floor_wait(sender)
        for descriptor in pair { UnixSocket(handedOver: descriptor, kind: .datagram, path: "pair").closeAndUnlink() }
        return used
    }

    /// What the daemon's push thread does with a datagram socket: wait, receive a batch, take the lock, ingest.
    private static func ingest(_ descriptor: Int32, _ timings: UInt64) -> Double {
        let options = PushOptions()
        let ingestor = Locked(PushIngestor(store: SeriesStore(limits: options.limits), options: options, seed: 1))
        guard var poll = EventPoll(),
            let receiver = DatagramReceiver(batch: PushLimits.datagramBatch, bytesMax: PushLimits.packetBytesMax)
        else { return .nan }
        poll.add(descriptor)
        let start = floor_cpu_seconds()
        var taken: UInt64 = 0
        while taken < timings {
            poll.wait(milliseconds: 1_000) { _ in }
            let count = receiver.receive(descriptor)
            let time = PushTime(
                monotonicSeconds: HostClock.monotonicSeconds(), unixSeconds: HostClock.unixSeconds())
            taken = ingestor.withLock { ingestor in
                for i in 0..<max(0, count) {
                    receiver.withDatagram(i) { bytes, isCut, peer in
                        ingestor.ingest(
                            packet: bytes, isCut: isCut, sender: Sender(pid: peer.pid, uid: peer.uid), at: time)
                    }
                }
                return ingestor.counters.timings
            }
        }
        return floor_cpu_seconds() - start
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func fixed(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
    }

    /// `text` in a column of `width`, to the right when it is negative.
    private static func pad(_ text: String, _ width: Int) -> String {
        let space = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? space + text : text + space
    }
}
