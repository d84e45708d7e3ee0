internal import Collectors
internal import Platform

enum ServiceKey: String, ConfigurationKey {
    case name, profile, url, interval, timeout, tls, signals, queries, shard, limit, tenant
    case apiURL = "api_url"
    case bearerTokenFile = "bearer_token_file"
    case basicAuth = "basic_auth"
    case maxBatchSize = "max_batch_size"
    case maxBody = "max_body"
    case modelLabels = "model_labels"
}

enum BasicAuthKey: String, ConfigurationKey {
    case username
    case passwordFile = "password_file"
}

enum TLSKey: String, ConfigurationKey {
    case caFile = "ca_file"
    case certFile = "cert_file"
    case keyFile = "key_file"
    case insecureSkipVerify = "insecure_skip_verify"
}

extension ConfigurationDecoder {
    /// The profile that is written in the configuration itself.
    static let customProfile = "prometheus"

    /// Instead of a profile: all servers of the host.
    static let autoProfile = "auto"

    static var profileIDs: [String] { ServiceProfiles.all.map(\.id) + [customProfile, queryProfile, autoProfile] }

    mutating func services(_ list: ConfigurationField) -> ([ServiceConfiguration], FindingConfiguration?) {
        var services: [ServiceConfiguration] = []
        var finding: FindingConfiguration?
        var findingLine: Int?
        var lines: [String: Int] = [:]
        for element in elements(list, limit: ServiceLimits.servicesMax, of: "services") {
            guard let fields = serviceFields(element) else { continue }
            if Self.isAuto(fields) {
                if let findingLine {
                    report(element, "line \(findingLine) says so already", "leave one of the two out")
                }
                findingLine = element.node.mark.line
                finding = self.finding(fields)
                continue
            }
            guard let service = service(fields, element) else { continue }
            if let line = lines.updateValue(element.node.mark.line, forKey: service.name) {
                report(
                    element, "the service in line \(line) is called '\(service.name)' as well",
                    "give each one a name, for example name: \(service.name)-2")
            }
            services.append(service)
        }
        return (services, finding)
    }

    private mutating func serviceFields(_ element: ConfigurationField) -> [ServiceKey: ConfigurationField]? {
        guard case .mapping = element.node.content else {
            report(
                element, "the service is \(Self.kind(element.node)), not a mapping",
                "write for example {profile: triton, url: \"http://127.0.0.1:8002/metrics\"}")
            return nil
        }
        return Dictionary(uniqueKeysWithValues: fields(of: element, ServiceKey.self).map { ($0.key, $0.field) })
    }

    private static func isAuto(_ fields: [ServiceKey: ConfigurationField]) -> Bool {
        guard case .scalar(let scalar)? = fields[.profile]?.node.content else { return false }
        return scalar.text == autoProfile
    }

    private mutating func finding(_ fields: [ServiceKey: ConfigurationField]) -> FindingConfiguration {
        var finding = FindingConfiguration()
        for (key, field) in fields {
            switch key {
            case .profile: break
            case .interval:
                finding.interval = duration(field, in: ServiceConfiguration.intervalRange) ?? finding.interval
            case .timeout: finding.timeout = duration(field, in: ServiceConfiguration.timeoutRange)
            default:
                reportKey(
                    field, "profile auto takes in every server by its defaults",
                    "leave it out, or write the server's own profile")
            }
        }
        return finding
    }

    private mutating func service(
        _ fields: [ServiceKey: ConfigurationField], _ element: ConfigurationField
    ) -> ServiceConfiguration? {
        let name = fields[.name].map { text($0, "a name", NameScalars.service) }
        let url = fields[.url].map { text($0, "a URL", URLScalar.http) }
        let profile = serviceProfile(fields, element)
        var service = ServiceConfiguration(
            name: "", profile: profile ?? ServiceProfile(id: "", title: "", ports: [], signals: [:]), url: "")
        if profile?.id == Self.queryProfile {
            service.interval = ServiceConfiguration.queryIntervalDefault
            service.queries = queries(fields, element)
        }
        options(fields, &service)
        guard let profile, name != .some(nil), url != .some(nil) else { return nil }
        service.name = (name ?? nil) ?? profile.id
        guard let url = (url ?? nil) ?? profile.url else {
            let what = service.queries == nil ? "the page of metrics" : "the engine"
            reportMissing("url", in: element, "write where \(what) is")
            return nil
        }
        service.url =
            URLScalar.hasNoPath(url) ? (url.hasSuffix("/") ? String(url.dropLast()) : url) + profile.path : url
        return service
    }

    private mutating func serviceProfile(
        _ fields: [ServiceKey: ConfigurationField], _ element: ConfigurationField
    ) -> ServiceProfile? {
        let ids = Self.profileIDs
        guard let field = fields[.profile] else {
            reportMissing("profile", in: element, "write one of " + ids.joined(separator: ", "))
            return nil
        }
        let id = text(field, "one of " + ids.joined(separator: ", ")) { text throws(ScalarProblem) in
            if ids.contains(text) { return text }
            let remedy =
                Spelling.nearest(to: text, among: ids).map { "did you mean '\($0)'?" }
                ?? "write one of " + ids.joined(separator: ", ")
            throw .impossible(text, "is not known here", remedy)
        }
        guard let id else { return nil }
        for key in Self.queryProfileKeys where id != Self.queryProfile {
            guard let field = fields[key] else { continue }
            reportKey(
                field, "the profile \(id) reads a page of metrics",
                "write profile: \(Self.queryProfile) to ask an engine for \(key.rawValue)")
        }
        if id == Self.queryProfile { return queryServiceProfile }
        guard id == Self.customProfile else {
            for key in [ServiceKey.signals, .modelLabels] {
                guard let field = fields[key] else { continue }
                reportKey(
                    field, "the profile \(id) has its own",
                    "write profile: \(Self.customProfile) to name signals yourself")
            }
            return ServiceProfiles[id]
        }
        return customProfile(signals: fields[.signals], modelLabels: fields[.modelLabels], element)
    }

    private mutating func options(
        _ fields: [ServiceKey: ConfigurationField], _ service: inout ServiceConfiguration
    ) {
        typealias Service = ServiceConfiguration
        if let field = fields[.apiURL] { service.apiURL = text(field, "a URL", URLScalar.http) }
        if let field = fields[.interval] {
            service.interval = duration(field, in: Service.intervalRange) ?? service.interval
        }
        if let field = fields[.timeout] { service.timeout = duration(field, in: Service.timeoutRange) }
        if let field = fields[.maxBatchSize] { service.maxBatchSize = integer(field, in: Service.batchSizeRange) }
        if let field = fields[.maxBody] { service.bodyBytesMax = bodyBytes(field) ?? service.bodyBytesMax }
        if let field = fields[.tls] { service.security = security(field) }
        service.credentials = credentials(
            token: fields[.bearerTokenFile], account: fields[.basicAuth], of: "the service")
    }

    /// - Parameters:
    ///   - token: `bearer_token_file`.
    ///   - account: `basic_auth`.
    ///   - server: what has them, in words.
    mutating func credentials(
        token: ConfigurationField?, account: ConfigurationField?, of server: String
    ) -> ServiceCredentials? {
        let bearer = token.flatMap { file($0, .token) }.map { ServiceCredentials.bearer(tokenFile: $0) }
        guard let account else { return bearer }
        if token != nil { reportKey(account, "\(server) has a bearer_token_file already", "keep one of the two") }
        return basicAuth(account)
    }

    private mutating func bodyBytes(_ field: ConfigurationField) -> Int? {
        text(field, "a size such as 32MiB") { text throws(ScalarProblem) in
            let bytes = try ByteSizeScalar.parse(text)
            guard ServiceLimits.bodyBytesRange.contains(bytes) else {
                throw .impossible(text, "is too small or too large", "write a size from 64KiB to 256MiB")
            }
            return bytes
        }
    }

    private mutating func basicAuth(_ section: ConfigurationField) -> ServiceCredentials? {
        var user: String?
        var file: String?
        for (key, field) in fields(of: section, BasicAuthKey.self) {
            switch key {
            case .username: user = text(field, "a name", NameScalars.user)
            case .passwordFile: file = self.file(field, .password)
            }
        }
        guard let user, let file else {
            report(
                section, "there is no whole account", "write {username: NAME, password_file: /etc/latencyd/password}")
            return nil
        }
        return .basic(user: user, passwordFile: file)
    }

    mutating func security(_ section: ConfigurationField) -> HTTPSecurity {
        var security = HTTPSecurity()
        for (key, field) in fields(of: section, TLSKey.self) {
            switch key {
            case .caFile: security.authoritiesFile = file(field, .certificates)
            case .certFile: security.certificateFile = file(field, .certificates)
            case .keyFile: security.keyFile = file(field, .key)
            case .insecureSkipVerify: security.trustsAnybody = boolean(field) ?? false
            }
        }
        if (security.certificateFile == nil) != (security.keyFile == nil) {
            report(section, "a certificate and its key belong together", "write both cert_file and key_file")
        }
        return security
    }
}

extension ServiceProfile {
    /// Where a server with its defaults has its metrics on this host.
    fileprivate var url: String? { ports.first.map { "http://127.0.0.1:\($0)\(path)" } }
}
