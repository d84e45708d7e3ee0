/// The servers that were found and are there, from one search to the next.
struct ServerRoster: Sendable {
    enum Change: Equatable {
        case came(FoundServer)
        case went(FoundServer, Reason)
    }

    enum Reason: Equatable {
        /// Nobody has listened there for some searches.
        case absent
        /// Another server is there now.
        case replaced
    }

    private struct Entry {
        var server: FoundServer
        var absenceCount = 0
    }

    private var entries: [Int: Entry] = [:]

    /// Those that are there, by port.
    var servers: [FoundServer] { entries.values.map(\.server).sorted { $0.port < $1.port } }

    /// What a search changes.
    ///
    /// - Parameter absent: ports on which nobody listened. A server that listens and did not answer as it should is
    ///   busy, or begins anew: it stays.
    mutating func take(_ found: [FoundServer], absent: Set<Int>) -> [Change] {
        var changes: [Change] = []
        for port in absent.sorted() {
            guard var entry = entries[port] else { continue }
            entry.absenceCount += 1
            entries[port] = entry
            guard entry.absenceCount >= ServerFinding.absencesMax else { continue }
            entries[port] = nil
            changes.append(.went(entry.server, .absent))
        }
        for server in found { changes += take(server) }
        return changes
    }

    private mutating func take(_ server: FoundServer) -> [Change] {
        guard let known = entries[server.port]?.server, known.profile == server.profile, known.url == server.url else {
            let old = entries.updateValue(Entry(server: server), forKey: server.port)
            return (old.map { [.went($0.server, .replaced)] } ?? []) + [.came(server)]
        }
        entries[server.port]?.absenceCount = 0
        // It may begin to listen later than the page is there.
        if known.apiURL == nil { entries[server.port]?.server.apiURL = server.apiURL }
        return []
    }

    /// Forgets servers that somebody else is in charge of.
    mutating func forget(_ ports: Set<Int>) { entries = entries.filter { !ports.contains($0.key) } }
}
