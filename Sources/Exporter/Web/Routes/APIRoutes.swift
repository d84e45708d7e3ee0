/// JSON in the shapes of Prometheus' API, so that tools made for Prometheus read it.
enum APIRoutes {
    static let all = [
        WebRoute.page("/api/v1/alerts", "Alerts that are pending or firing, JSON") { _, source in
            .json(source.alertsJSON())
        },
        WebRoute.page("/api/v1/rules", "Alert rules and their state, JSON") { _, source in
            .json(source.rulesJSON())
        },
        WebRoute.page("/api/v1/status/buildinfo", "Version and origin of this program, JSON") { _, source in
            .json(buildInformation(source.buildInformation))
        },
    ]

    private static func buildInformation(_ build: BuildInformation) -> [UInt8] {
        var body: [UInt8] = []
        body.append("{\"status\":\"success\",\"data\":{\"version\":")
        body.append(json: build.version)
        body.append(",\"revision\":")
        body.append(json: build.revision)
        body.append(",\"swiftVersion\":")
        body.append(json: build.swiftVersion)
        body.append("}}\n")
        return body
    }
}
