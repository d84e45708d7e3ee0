import Platform
import Telemetry

/// How TCP fares: segments sent again, timers that ran out, connections dropped, from `/proc/net/snmp` and
/// `/proc/net/netstat`.
///
/// These files are about the network namespace of the daemon: containers with a network of their own are not in them.
/// Source: Documentation/networking/snmp_counter.rst of the kernel.
struct TCPCollector: Collector {
    static let id = "tcp"
    // The kernel adds up the counts of all CPUs for each read.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = (base + extended).map(\.descriptor)

    private struct Field {
        /// The kernel's name.
        let name: String
        let descriptor: MetricDescriptor

        init(_ name: String, _ metric: String, kind: MetricKind = .counter, _ help: String) {
            self.name = name
            descriptor = MetricDescriptor(kind, "latencyd_tcp_" + metric, help: help)
        }
    }

    private static let base = [
        Field("CurrEstab", "connections", kind: .gauge, "Connections that are established."),
        Field("ActiveOpens", "active_opens", "Connections that this host began."),
        Field("PassiveOpens", "passive_opens", "Connections that this host accepted."),
        Field("AttemptFails", "attempt_failures", "Connections that did not come about."),
        Field("EstabResets", "established_resets", "Established connections that were reset."),
        Field("InSegs", "received_segments", "Segments received."),
        Field("OutSegs", "sent_segments", "Segments sent, but for those sent again."),
        Field("RetransSegs", "retransmitted_segments", "Segments sent again."),
        Field("InErrs", "received_errors", "Segments received that were broken."),
    ]

    private static let extended = [
        Field("TCPTimeouts", "timeouts", "Times that no answer came before the retransmission timer ran out."),
        Field("TCPLostRetransmit", "lost_retransmits", "Segments sent again that were lost again."),
        Field("ListenOverflows", "listen_overflows", "Connections refused since a listener's queue was full."),
        Field("ListenDrops", "listen_drops", "Connections that a listener dropped for any reason."),
        Field("TCPBacklogDrop", "backlog_drops", "Segments dropped since a busy socket's backlog was full."),
        Field("TCPRcvQDrop", "receive_queue_drops", "Segments dropped since a socket's receive queue was full."),
        Field("PruneCalled", "prunes", "Times that a socket's buffer was cleared out to make room."),
        Field("TCPZeroWindowDrop", "zero_window_drops", "Segments dropped since the window was closed."),
        Field("TCPMemoryPressures", "memory_pressures", "Times that TCP came under memory pressure."),
        Field("TCPAbortOnMemory", "aborts_on_memory", "Connections given up for lack of memory."),
    ]

    private static let baseNames = base.map { Array($0.name.utf8) }
    private static let extendedNames = extended.map { Array($0.name.utf8) }

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let base = sampling.read(.procfs("net/snmp"), unless: [.absent]) { content in
            TCPText.values(content, section: "Tcp:", names: Self.baseNames)
        }
        add(base, Self.base, &sampling)
        let extended = sampling.read(.procfs("net/netstat"), unless: [.absent]) { content in
            TCPText.values(content, section: "TcpExt:", names: Self.extendedNames)
        }
        add(extended, Self.extended, &sampling)
    }

    private func add(_ values: [UInt64?]?, _ fields: [Field], _ sampling: inout Sampling) {
        for (field, value) in zip(fields, values ?? []) {
            if let value { sampling.add(field.descriptor, [:], Double(value)) }
        }
    }
}

/// What stands in `/proc/net/snmp` and `/proc/net/netstat`.
enum TCPText {
    /// The values of `names`, nil for those that the kernel does not have: two lines begin with `section`, the first
    /// names what stands in the second. nil when there are no such two lines, or they do not fit together.
    static func values(_ content: [UInt8], section: StaticString, names: [[UInt8]]) -> [UInt64?]? {
        guard var heads = TableScanner(content), find(section, in: &heads) else { return nil }
        var values = heads
        guard values.nextLine(), isAt(section, &values) else { return nil }
        var found = [UInt64?](repeating: nil, count: names.count)
        while let head = heads.field() {
            let isWanted = names.firstIndex { head.elementsEqual($0) }
            guard let place = isWanted else {
                // Limits may be negative: "MaxConn -1".
                guard values.field() != nil else { return nil }
                continue
            }
            guard let value = values.number(), found[place] == nil else { return nil }
            found[place] = value
        }
        return values.isAtLineEnd ? found : nil
    }

    /// Steps behind the first field of the first line that begins with `section`.
    private static func find(_ section: StaticString, in table: inout TableScanner) -> Bool {
        repeat {
            if isAt(section, &table) { return true }
        } while table.nextLine()
        return false
    }

    private static func isAt(_ section: StaticString, _ table: inout TableScanner) -> Bool {
        section.withUTF8Buffer { table.field()?.elementsEqual($0) ?? false }
    }
}
