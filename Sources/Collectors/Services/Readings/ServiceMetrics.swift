public import Telemetry

/// What is exposed about the reading of services, beside their signals.
public enum ServiceMetrics {
    static let info = MetricDescriptor(
        .gauge, "latencyd_service_info", help: "Always 1: a service that is read, and where.")
    static let up = MetricDescriptor(
        .gauge, "latencyd_service_up", help: "Whether the service was read at the last attempt.")
    static let failure = MetricDescriptor(
        .gauge, "latencyd_service_failure", help: "Always 1: the service is down, and why.")
    static let duration = MetricDescriptor(
        .gauge, "latencyd_service_scrape_duration_seconds", unit: .seconds, help: "How long the last reading took.")
    static let scrapes = MetricDescriptor(.counter, "latencyd_service_scrapes", help: "Readings that were tried.")
    static let failures = MetricDescriptor(
        .counter, "latencyd_service_scrape_failures", help: "Readings that failed, by reason.")
    static let samples = MetricDescriptor(
        .gauge, "latencyd_service_samples", help: "Samples on the service's page at the last reading.")
    static let malformed = MetricDescriptor(
        .counter, "latencyd_service_malformed_lines", help: "Lines of the service's pages that could not be read.")
    static let dropped = MetricDescriptor(
        .counter, "latencyd_service_dropped_series", help: "Series that were left out because there are too many.")
    static let missing = MetricDescriptor(
        .gauge, "latencyd_service_signal_missing",
        help: "Always 1: the server does not show the signal; the label switch says what turns it on.")
    static let apiFailures = MetricDescriptor(
        .counter, "latencyd_service_api_failures", help: "Requests to the service's api_url that failed.")

    /// Every family that the service layer can emit.
    public static let descriptors =
        [info, up, failure, duration, scrapes, failures, samples, malformed, dropped, missing, apiFailures]
        + ServiceSignal.allCases.compactMap(\.descriptor) + ServiceSignal.allCases.compactMap(\.timing)
}
