internal import Platform

/// An alert that has ended, as `/api/v1/alerts/history` has it.
struct EndedAlert: Sendable, Equatable {
    /// The latest that are shown.
    static let listMax = 5

    var labels: [String: String] = [:]
    var annotations: [String: String] = [:]
    var level = ""
    var startsAt = ""
    var endsAt = ""
}

extension EndedAlert {
    /// The alerts of that page that ended last, the latest first.
    static func list(_ page: [UInt8]) throws(JSONScanner.Problem) -> [EndedAlert] {
        var scanner = JSONScanner(page)
        var ended: [EndedAlert]?
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            guard name == "data" else { return try scanner.skip() }
            try scanner.object { scanner, name throws(JSONScanner.Problem) in
                guard name == "alerts" else { return try scanner.skip() }
                var list: [EndedAlert] = []
                try scanner.array { scanner throws(JSONScanner.Problem) in
                    let alert = try EndedAlert(&scanner)
                    if !alert.endsAt.isEmpty { list.append(alert) }
                }
                ended = list
            }
        }
        try scanner.end()
        guard let ended else { throw scanner.problem("no 'alerts'") }
        // Times in one form and one zone are in the order of their texts, but for fractions of a second.
        return Array(ended.sorted { $0.endsAt > $1.endsAt }.prefix(listMax))
    }

    private init(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        var alert = EndedAlert()
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "labels": alert.labels = try FiringAlert.texts(&scanner)
            case "annotations": alert.annotations = try FiringAlert.texts(&scanner)
            case "level": alert.level = try scanner.string()
            case "startsAt": alert.startsAt = try scanner.string()
            // Null while it lasts.
            case "endsAt":
                alert.endsAt =
                    try scanner.optional { scanner throws(JSONScanner.Problem) in try scanner.string() } ?? ""
            default: try scanner.skip()
            }
        }
        self = alert
    }
}
