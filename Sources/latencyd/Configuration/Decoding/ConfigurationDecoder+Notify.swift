internal import Collectors
internal import Platform

enum NotifyKey: String, ConfigurationKey {
    case journal, alertmanagers
}

enum AlertmanagerKey: String, ConfigurationKey {
    case url, tls, timeout
    case bearerTokenFile = "bearer_token_file"
    case basicAuth = "basic_auth"
}

extension ConfigurationDecoder {
    mutating func notify(_ section: ConfigurationField) -> NotifyConfiguration {
        var notify = NotifyConfiguration()
        for (key, field) in fields(of: section, NotifyKey.self) {
            switch key {
            case .journal: notify.journal = boolean(field) ?? notify.journal
            case .alertmanagers: notify.alertmanagers = alertmanagers(field)
            }
        }
        return notify
    }

    private mutating func alertmanagers(_ list: ConfigurationField) -> [AlertmanagerConfiguration] {
        var found: [AlertmanagerConfiguration] = []
        for element in elements(list, limit: NotifyConfiguration.alertmanagersMax, of: "Alertmanagers") {
            guard case .mapping = element.node.content else {
                report(
                    element, "the Alertmanager is \(Self.kind(element.node)), not a mapping",
                    "write {url: \"http://127.0.0.1:9093\"}")
                continue
            }
            guard let next = alertmanager(element) else { continue }
            if found.contains(where: { $0.alertsURL == next.alertsURL }) {
                report(element, "\(next.url) is in the list already", "leave one of the two out")
            }
            found.append(next)
        }
        return found
    }

    private mutating func alertmanager(_ element: ConfigurationField) -> AlertmanagerConfiguration? {
        let fields = Dictionary(
            uniqueKeysWithValues: fields(of: element, AlertmanagerKey.self).map { ($0.key, $0.field) })
        var settings = AlertmanagerConfiguration(url: "")
        if let field = fields[.tls] { settings.security = security(field) }
        if let field = fields[.timeout] {
            settings.timeout = duration(field, in: AlertmanagerConfiguration.timeoutRange) ?? settings.timeout
        }
        settings.credentials = credentials(
            token: fields[.bearerTokenFile], account: fields[.basicAuth], of: "the Alertmanager")
        guard let field = fields[.url] else {
            reportMissing("url", in: element, "write where the Alertmanager is, for example http://127.0.0.1:9093")
            return nil
        }
        guard let url = text(field, "a URL", URLScalar.http) else { return nil }
        if url.contains("?") || url.contains(AlertmanagerLink.path) {
            report(
                field, "'\(url)' is more than where the Alertmanager is",
                "leave out \(AlertmanagerLink.path) and what follows a ?")
        }
        settings.url = url
        return settings
    }
}
