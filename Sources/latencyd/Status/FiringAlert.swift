internal import Platform

/// An alert as `/api/v1/alerts` has it.
struct FiringAlert: Sendable, Equatable {
    var labels: [String: String] = [:]
    var annotations: [String: String] = [:]
    var state = ""
    var activeAt = ""
    var value = ""
}

extension FiringAlert {
    /// The alerts of that page, in its order.
    static func list(_ page: [UInt8]) throws(JSONScanner.Problem) -> [FiringAlert] {
        var scanner = JSONScanner(page)
        var alerts: [FiringAlert]?
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            guard name == "data" else { return try scanner.skip() }
            try scanner.object { scanner, name throws(JSONScanner.Problem) in
                guard name == "alerts" else { return try scanner.skip() }
                var list: [FiringAlert] = []
                try scanner.array { scanner throws(JSONScanner.Problem) in list.append(try FiringAlert(&scanner)) }
                alerts = list
            }
        }
        try scanner.end()
        guard let alerts else { throw scanner.problem("no 'alerts'") }
        return alerts
    }

    private init(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) {
        var alert = FiringAlert()
        try scanner.object { scanner, name throws(JSONScanner.Problem) in
            switch name {
            case "labels": alert.labels = try Self.texts(&scanner)
            case "annotations": alert.annotations = try Self.texts(&scanner)
            case "state": alert.state = try scanner.string()
            case "activeAt": alert.activeAt = try scanner.string()
            case "value": alert.value = try scanner.string()
            default: try scanner.skip()
            }
        }
        self = alert
    }

    static func texts(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> [String: String] {
        var texts: [String: String] = [:]
        try scanner.object { scanner, name throws(JSONScanner.Problem) in texts[name] = try scanner.string() }
        return texts
    }
}
