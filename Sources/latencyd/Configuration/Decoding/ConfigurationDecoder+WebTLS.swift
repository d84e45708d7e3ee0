internal import Platform

enum WebTLSKey: String, ConfigurationKey {
    case cert, key
    case certFile = "cert_file"
    case keyFile = "key_file"
    case clientAuthType = "client_auth_type"
    case clientCA = "client_ca"
    case clientCAFile = "client_ca_file"
    case clientAllowedSANs = "client_allowed_sans"
    case minVersion = "min_version"
    case maxVersion = "max_version"
    case cipherSuites = "cipher_suites"
    case preferServerCipherSuites = "prefer_server_cipher_suites"
    case curvePreferences = "curve_preferences"
}

/// As Prometheus writes versions.
private enum WebTLSVersion: String, CaseIterable {
    case tls10 = "TLS10"
    case tls11 = "TLS11"
    case tls12 = "TLS12"
    case tls13 = "TLS13"

    var version: TLSVersion {
        switch self {
        case .tls10: .tls10
        case .tls11: .tls11
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }
}

/// `tls_server_config`
extension ConfigurationDecoder {
    mutating func webTLS(_ section: ConfigurationField, folder: String) -> WebTLSConfiguration? {
        let fields = Dictionary(uniqueKeysWithValues: fields(of: section, WebTLSKey.self).map { ($0.key, $0.field) })
        let certificate = pem(fields[.certFile], fields[.cert], "cert_file", in: section, folder: folder)
        let key = pem(fields[.keyFile], fields[.key], "key_file", in: section, folder: folder)
        let authorities = pem(fields[.clientCAFile], fields[.clientCA], nil, in: section, folder: folder)
        let type = fields[.clientAuthType].flatMap { choice($0, TLSClientAuthentication.self) } ?? .none
        let names = fields[.clientAllowedSANs].map { clientNames($0) } ?? []
        let offer = offer(fields)
        checkClients(section, fields, type, hasAuthorities: authorities != nil, names: names)
        guard let certificate, let key else { return nil }
        return WebTLSConfiguration(
            certificate: certificate, key: key, clientAuthorities: authorities, clientAuthentication: type,
            clientNames: names, offer: offer, place: .mark(file, section.keyMark), path: section.path)
    }

    /// - Parameter required: the key that must be there if its twin is not; nil where neither must.
    private mutating func pem(
        _ inFile: ConfigurationField?, _ inline: ConfigurationField?, _ required: String?,
        in section: ConfigurationField, folder: String
    ) -> PEMSource? {
        if let inline {
            if inFile != nil { reportKey(inline, "the same is named by a file already", "keep one of the two") }
            guard let scalar = scalar(inline, "a text in PEM") else { return nil }
            return PEMSource(
                origin: .inline(Array(scalar.text.utf8)), place: .mark(file, inline.node.mark), path: inline.path)
        }
        guard let inFile else {
            if let required { reportMissing(required, in: section, "write the path of a file in PEM") }
            return nil
        }
        guard let path = text(inFile, "the path of a file", PathScalar.file) else { return nil }
        return PEMSource(
            origin: .file(path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path),
            place: .mark(file, inFile.node.mark), path: inFile.path)
    }

    private mutating func checkClients(
        _ section: ConfigurationField, _ fields: [WebTLSKey: ConfigurationField], _ type: TLSClientAuthentication,
        hasAuthorities: Bool, names: [String]
    ) {
        if type.isVerified, !hasAuthorities, fields[.clientCAFile] == nil, fields[.clientCA] == nil {
            reportMissing("client_ca_file", in: section, "name the authorities that \(type.rawValue) trusts")
        }
        if !type.isVerified, let field = fields[.clientCAFile] ?? fields[.clientCA] {
            reportKey(
                field, "it has no effect with client_auth_type \(type.rawValue)",
                "write client_auth_type: RequireAndVerifyClientCert, or leave it out")
        }
        if !names.isEmpty, !type.isRequired, let field = fields[.clientAllowedSANs] {
            reportKey(
                field, "clients without a certificate get past it",
                "write client_auth_type: RequireAndVerifyClientCert")
        }
    }

    private mutating func clientNames(_ list: ConfigurationField) -> [String] {
        let elements = elements(list, limit: WebAccessConfiguration.clientNamesMax, of: "names")
        return elements.compactMap { element in
            text(element, "a name") { text throws(ScalarProblem) in
                guard !text.isEmpty else { throw .impossible(text, "is no name", "write a name of the certificate") }
                // Certificates have addresses as bytes: 0:0:0:0:0:0:0:1 and ::1 are the same.
                return IPAddress.canonical(text) ?? text
            }
        }
    }

    private mutating func offer(_ fields: [WebTLSKey: ConfigurationField]) -> TLSOffer {
        var offer = TLSOffer()
        let minimum = fields[.minVersion].flatMap { choice($0, WebTLSVersion.self) }?.version ?? .tls12
        let maximum = fields[.maxVersion].flatMap { choice($0, WebTLSVersion.self) }?.version ?? .tls13
        if minimum <= maximum {
            offer.versions = minimum...maximum
        } else if let field = fields[.maxVersion] ?? fields[.minVersion] {
            report(field, "min_version is above max_version", "leave one of the two out, or exchange them")
        }
        if let field = fields[.preferServerCipherSuites] { offer.prefersOwnOrder = boolean(field) ?? true }
        if let field = fields[.curvePreferences] {
            let groups = list(field, of: "curves", TLSGroup.self) { "GnuTLS, which speaks TLS here, has no \($0)" }
            if !groups.isEmpty { offer.groups = groups }
        }
        guard let field = fields[.cipherSuites] else { return offer }
        offer.suites = list(field, of: "cipher suites", TLSCipherSuite.self) { _ in "it is not taken to be secure" }
        if let problem = offer.problem { report(field, problem, offer) }
        return offer
    }

    private mutating func list<Choice: RawRepresentable<String> & CaseIterable & Equatable>(
        _ list: ConfigurationField, of kind: String, _ choices: Choice.Type, reason: (String) -> String
    ) -> [Choice] {
        let words = Choice.allCases.map(\.rawValue)
        var result: [Choice] = []
        for element in elements(list, limit: 64, of: kind) {
            guard let scalar = scalar(element, "one of " + words.joined(separator: ", ")) else { continue }
            if let choice = Choice(rawValue: scalar.text) {
                if !result.contains(choice) { result.append(choice) }
                continue
            }
            report(
                element,
                .impossible(
                    scalar.text, "cannot be offered: \(reason(scalar.text))",
                    "write some of " + words.joined(separator: ", ")))
        }
        return result
    }

    private mutating func report(_ field: ConfigurationField, _ problem: TLSOffer.Problem, _ offer: TLSOffer) {
        switch problem {
        case .alsoOffers(let more):
            report(
                field,
                "GnuTLS, which speaks TLS here, chooses key exchange and cipher apart, and would offer "
                    + more.map(\.rawValue).joined(separator: ", ") + " as well",
                "add what is missing, or leave out one key exchange or cipher everywhere")
        case .noSuite(let version):
            report(
                field, "none of these is a suite of \(version.name)",
                version == offer.versions.upperBound
                    ? "add one with GCM or CHACHA20, or lower max_version" : "add one, or raise min_version")
        }
    }
}

extension TLSVersion {
    /// As people write it.
    fileprivate var name: String {
        switch self {
        case .tls10: "TLS 1.0"
        case .tls11: "TLS 1.1"
        case .tls12: "TLS 1.2"
        case .tls13: "TLS 1.3"
        }
    }
}
