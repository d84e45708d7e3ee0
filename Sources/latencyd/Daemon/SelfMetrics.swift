internal import Platform
internal import Telemetry

/// The daemon's metrics about itself that no part of it knows alone.
enum SelfMetrics {
    static let build = MetricDescriptor(
        .gauge, "latencyd_build_info", help: "Always 1; the labels say what was built, and with what.")
    static let connections = MetricDescriptor(
        .counter, "latencyd_http_connections", help: "HTTP connections accepted.")
    static let open = MetricDescriptor(.gauge, "latencyd_http_connections_open", help: "HTTP connections open now.")
    static let responses = MetricDescriptor(
        .counter, "latencyd_http_responses", help: "HTTP responses by class of status.")
    static let refused = MetricDescriptor(
        .counter, "latencyd_http_refused", help: "HTTP clients turned away, by reason.")

    static let descriptors = [build, connections, open, responses, refused]

    /// - Parameter web: nil while the server does not run.
    static func families(_ web: HTTPServerCounters?) -> [MetricFamily] {
        var families = [
            MetricFamily(
                build,
                [
                    Sample(
                        [
                            "version": Version.number, "swiftversion": Version.swift,
                            "architecture": Version.architecture,
                        ], 1)
                ])
        ]
        guard let web else { return families }
        families.append(MetricFamily(connections, [Sample([:], Double(web.connections))]))
        families.append(MetricFamily(open, [Sample([:], Double(web.connectionsOpen))]))
        families.append(
            MetricFamily(
                responses,
                web.responses.sorted { $0.key < $1.key }.map { Sample(["class": "\($0.key)xx"], Double($0.value)) }))
        families.append(
            MetricFamily(
                refused,
                HTTPRefusal.allCases.map { Sample(["reason": $0.rawValue], Double(web.refused[$0] ?? 0)) }))
        return families
    }
}
