public import Platform

/// The TCP ports of this host on which somebody listens, from `/proc/net/tcp` and `tcp6`.
///
/// Source: Documentation/networking/proc_net_tcp.rst of the kernel.
public enum ListeningPorts {
    /// Where a port can be reached from this host.
    public struct Place: Sendable, Hashable {
        public let port: Int
        /// `127.0.0.1`, or `[::1]` where only that one is listened on.
        public let host: String
    }

    private static let tables = [(HostPath.procfs("net/tcp6"), true), (.procfs("net/tcp"), false)]

    /// Where the ports stand.
    static var files: [HostPath] { tables.map(\.0) }

    /// As much of each table as is read, in bytes. The kernel lists listening sockets first: what a host with very many
    /// connections has beyond is not asked for, for making it takes the kernel long.
    public static let tableBytesMax = 1 << 20

    /// Sorted by port, each once; those that only other addresses of the host reach are left out.
    public static func all(_ files: any HostFiles) -> [Place] {
        var hosts: [Int: String] = [:]
        for (file, isVersion6) in tables {
            // What cannot be read is said by the check of model servers.
            guard let content = try? files.readStart(file, bytesMax: tableBytesMax) else { continue }
            for line in content.split(separator: UInt8(ascii: "\n")).dropFirst() {
                guard let (port, host) = listener(line, isVersion6: isVersion6) else { continue }
                // The fourth version is read last and wins.
                hosts[port] = host
            }
        }
        return hosts.map { Place(port: $0.key, host: $0.value) }.sorted { $0.port < $1.port }
    }

    /// `0: 0100007F:1F40 00000000:0000 0A …`: the state 0A is LISTEN.
    private static func listener(_ line: ArraySlice<UInt8>, isVersion6: Bool) -> (port: Int, host: String)? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
        // Most lines are of connections.
        guard fields.count >= 4, fields[3].elementsEqual("0A".utf8) else { return nil }
        let local = String(decoding: fields[1], as: UTF8.self)
        guard let colon = local.firstIndex(of: ":"), let port = Int(local[local.index(after: colon)...], radix: 16),
            (1...65_535).contains(port)
        else { return nil }
        let address = local[..<colon]
        let isAny = address.allSatisfy { $0 == "0" }
        if !isVersion6 { return isAny || address.hasSuffix("7F") ? (port, "127.0.0.1") : nil }
        // The wildcard of the sixth version mostly takes the fourth as well, but need not.
        return isAny || address == "00000000000000000000000001000000" ? (port, "[::1]") : nil
    }
}
