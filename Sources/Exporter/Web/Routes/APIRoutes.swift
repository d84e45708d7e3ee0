/// JSON in the shapes of Prometheus' API, so that tools made for Prometheus read it.
enum APIRoutes {
    static let all = [
        WebRoute.page("/api/v1/alerts", "Alerts that are pending or firing, JSON") { _, source in
            .json(source.alertsJSON())
        },
        WebRoute.page("/api/v1/alerts/history", "Alerts that fire or have fired, the latest first, JSON") { _, source in
            .json(source.alertHistoryJSON())
        },
        WebRoute.page("/api/v1/rules", "Alert rules and their state, JSON") { _, source in
            .json(source.rulesJSON())
        },
        WebRoute.page("/api/v1/baselines", "What was learned about each timing, JSON") { _, source in
            .json(source.baselinesJSON())
        },
        WebRoute.page("/api/v1/status/buildinfo", "Version and origin of this program, JSON") { _, source in
            .json(buildInformation(source.buildInformation))
        },
    ]

    private static func buildInformation(_ build: BuildInformation) -> [UInt8] {
        let data: [(String, JSONTree)] = [
            ("version", .string(build.version)), ("revision", .string(build.revision)),
            ("swiftVersion", .string(build.swiftVersion)),
        ]
        return JSONTree.object([("status", .string("success")), ("data", .object(data))]).bytes
    }
}
