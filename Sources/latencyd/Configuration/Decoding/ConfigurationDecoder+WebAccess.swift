internal import Platform

enum WebAccessKey: String, ConfigurationKey {
    case tls = "tls_server_config"
    case http = "http_server_config"
    case users = "basic_auth_users"
    case rateLimit = "rate_limit"
}

enum WebHTTPKey: String, ConfigurationKey {
    case http2, headers
}

enum WebHeaderKey: String, ConfigurationKey {
    case contentSecurityPolicy = "Content-Security-Policy"
    case frameOptions = "X-Frame-Options"
    case contentTypeOptions = "X-Content-Type-Options"
    case xssProtection = "X-XSS-Protection"
    case strictTransportSecurity = "Strict-Transport-Security"

    /// What the header may say; nil for anything.
    fileprivate var words: [String]? {
        switch self {
        case .frameOptions: ["deny", "sameorigin"]
        case .contentTypeOptions: ["nosniff"]
        default: nil
        }
    }
}

/// The file of `web.config_file`.
extension ConfigurationDecoder {
    /// - Parameter folder: where relative paths begin.
    mutating func webAccess(_ root: YAMLNode, folder: String) -> WebAccessConfiguration {
        var access = WebAccessConfiguration()
        let document = ConfigurationField(path: .document, keyMark: root.mark, node: root)
        for (key, field) in fields(of: document, WebAccessKey.self) {
            switch key {
            case .tls: access.tls = webTLS(field, folder: folder)
            case .http: access.headers = webHTTP(field)
            case .users: access.users = webUsers(field)
            case .rateLimit:
                reportKey(
                    field, "requests are not limited by their rate here",
                    "leave it out; docs/limits.md says what holds clients back")
            }
        }
        return access
    }

    private mutating func webHTTP(_ section: ConfigurationField) -> [HTTPField] {
        var headers: [HTTPField] = []
        for (key, field) in fields(of: section, WebHTTPKey.self) {
            switch key {
            case .http2:
                if boolean(field) == true {
                    warn(field, "HTTP/1.1 is all that is spoken here", "nothing to be done; clients agree to that")
                }
            case .headers:
                for (name, value) in fields(of: field, WebHeaderKey.self) {
                    if let text = header(name, value) { headers.append(HTTPField(name.rawValue, text)) }
                }
            }
        }
        return headers
    }

    /// Nil for an empty one, which leaves what is sent otherwise.
    private mutating func header(_ name: WebHeaderKey, _ field: ConfigurationField) -> String? {
        let value = text(field, "the header's value") { text throws(ScalarProblem) in
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .impossible(text, "holds a control character", "write the value on one line")
            }
            guard text.utf8.count <= 4_096 else {
                throw .impossible(text, "is longer than 4096 bytes", "shorten it")
            }
            if let words = name.words, !text.isEmpty, !words.contains(text.lowercased()) {
                throw .impossible(text, "is no value of this header", "write " + words.joined(separator: " or "))
            }
            return text
        }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What stands there is not repeated in errors: it may be a password.
    private mutating func webUsers(_ section: ConfigurationField) -> [String: BcryptHash] {
        let entries = mapping(section)
        if entries.count > WebAccessConfiguration.usersMax {
            report(
                section, "there are \(entries.count) users",
                "write at most \(WebAccessConfiguration.usersMax), or use client certificates")
        }
        var users: [String: BcryptHash] = [:]
        for entry in entries {
            let field = section.entry(entry)
            if entry.key.isEmpty || entry.key.contains(":") || entry.key.utf8.contains(where: { $0 < 0x20 }) {
                reportKey(
                    field, "no user can be called that",
                    "a name is not empty and has neither a colon nor a control character")
            }
            guard let scalar = scalar(field, "the bcrypt hash of the password") else { continue }
            do {
                users[entry.key] = try BcryptHash(scalar.text)
            } catch {
                switch error {
                case .notBcrypt:
                    report(
                        field, "the value is no bcrypt hash",
                        "write what 'htpasswd -nBC 10 \"\" | tr -d \":\\n\"' prints, 60 characters from $2y$ on")
                case .cost(let cost):
                    let range = BcryptHash.costRange
                    report(
                        field, "the hash has a cost of \(cost)",
                        "make one with a cost from \(range.lowerBound) to \(range.upperBound); 10 is usual")
                }
            }
        }
        return users
    }
}
