import Platform

/// Model servers that answer on this host, and whether the configuration names them.
enum ModelServerCheck: HostCheck {
    static let id = "model_servers"
    static let title = "Model servers"

    static func examine(_ examination: inout Examination) {
        let servers = examination.host.servers
        // On whose ports nobody was seen to listen, nobody was asked.
        for file in ListeningPorts.files { _ = examination.read(file) { !$0.isEmpty } }
        if servers.isEmpty { return examination.doesNotApply("none answers on its usual port") }
        for server in servers {
            let place = "\(server.name) on port \(server.port)"
            if examination.host.serviceURLs.contains(where: { server.isMeant(by: $0) }) {
                examination.isGood("\(place) is configured")
            } else if examination.host.takesServersIn {
                examination.isGood("\(place) is taken in by itself")
            } else {
                examination.find(
                    .info, "\(place) is not among the services of the configuration",
                    evidence: ["\(server.url) serves \(server.evidence)"],
                    why: "its queue and batch sizes would tell a slow server from a slow host",
                    remedy: ["services:    # add to latencyd.yml", server.configurationLine])
            }
        }
    }
}
