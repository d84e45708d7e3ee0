internal import Platform
internal import Telemetry

/// What the file of `web.config_file` does: metrics that are there only with such a file.
enum WebMetrics {
    static let unauthorized = MetricDescriptor(
        .counter, "latencyd_http_unauthorized",
        help: "HTTP requests without a right user and password, by reason.")
    static let expiry = MetricDescriptor(
        .gauge, "latencyd_http_certificate_expiry_timestamp_seconds", unit: .seconds,
        help: "When the certificate of the web server ends, in seconds since 1970.")
    static let failures = MetricDescriptor(
        .counter, "latencyd_web_config_load_failures",
        help: "Changes of the web configuration or of a file it names that could not be taken.")
    static let isCurrent = MetricDescriptor(
        .gauge, "latencyd_web_config_last_load_successful",
        help: "1 while the web configuration and the files it names hold as they are, 0 while older ones do.")

    static let descriptors = [unauthorized, expiry, failures, isCurrent]

    static func families(_ door: WebDoor) -> [MetricFamily] {
        guard let access = door.access else { return [] }
        let counters = access.counters
        let refusals = door.refusals
        var families = [
            MetricFamily(
                unauthorized,
                PasswordGate.Refusal.allCases.map { Sample(["reason": $0.rawValue], Double(refusals[$0] ?? 0)) }),
            MetricFamily(failures, [Sample([:], Double(counters.failures))]),
            MetricFamily(isCurrent, [Sample([:], counters.isCurrent ? 1 : 0)]),
        ]
        if let tls = access.tls {
            families.append(MetricFamily(expiry, [Sample([:], Double(tls.certificate.validUntilSeconds))]))
        }
        return families
    }
}
