internal import Platform

enum TopKey: String, ConfigurationKey {
    case web, storage, push, hardware, services, detection, alerts, notify
}

enum WebKey: String, ConfigurationKey {
    case listenAddress = "listen_address"
    case configFile = "config_file"
}

enum StorageKey: String, ConfigurationKey {
    case path, retention
    case maxSize = "max_size"
}

extension ConfigurationDecoder {
    /// The configuration in the document `root`.
    mutating func configuration(_ root: YAMLNode) -> Configuration {
        var configuration = Configuration.default
        let document = ConfigurationField(path: .document, keyMark: root.mark, node: root)
        for (key, field) in fields(of: document, TopKey.self) {
            switch key {
            case .web: configuration.web = web(field)
            case .storage: configuration.storage = storage(field)
            case .push: configuration.push = push(field)
            case .hardware: configuration.hardware = hardware(field)
            case .services: (configuration.services, configuration.finding) = services(field)
            case .detection: configuration.detection = detection(field)
            case .alerts: configuration.alerts = alerts(field)
            case .notify: configuration.notify = notify(field)
            }
        }
        return configuration
    }

    private mutating func web(_ section: ConfigurationField) -> WebConfiguration {
        var web = WebConfiguration()
        for (key, field) in fields(of: section, WebKey.self) {
            switch key {
            case .listenAddress:
                web.listenAddress = text(field, "HOST:PORT", ListenAddressScalar.parse) ?? web.listenAddress
            case .configFile: web.accessFile = text(field, "the path of a file", PathScalar.absolute)
            }
        }
        return web
    }

    private mutating func storage(_ section: ConfigurationField) -> StorageConfiguration {
        var storage = StorageConfiguration()
        for (key, field) in fields(of: section, StorageKey.self) {
            switch key {
            case .path: storage.path = text(field, "the path of a folder", PathScalar.absolute)
            case .retention:
                storage.retention = duration(field, in: StorageConfiguration.retentionRange) ?? storage.retention
            case .maxSize: storage.maxSizeBytes = maxSize(field) ?? storage.maxSizeBytes
            }
        }
        return storage
    }

    private mutating func maxSize(_ field: ConfigurationField) -> Int? {
        text(field, "a size such as 2GiB") { text throws(ScalarProblem) in
            let bytes = try ByteSizeScalar.parse(text)
            guard StorageConfiguration.maxSizeRange.contains(bytes) else {
                throw .impossible(text, "is out of range", "write a size from 16MiB to 1TiB")
            }
            return bytes
        }
    }
}
