internal import Logging
internal import Platform

/// What stands between the web server and its clients: the file of `web.config_file`, and the gate for passwords.
final class WebDoor: Sendable {
    /// Nil without such a file: plain HTTP, for everybody.
    let access: WebAccess?
    private let gate: PasswordGate?

    init(_ configuration: WebConfiguration, log: Logging.Logger) throws(StartFailure) {
        guard let path = configuration.accessFile else {
            (access, gate) = (nil, nil)
            return
        }
        let access: WebAccess
        do {
            access = try WebAccess(path) { event in
                switch event {
                case .taken(let text): log.info("\(text)")
                case .refused(let text): log.error("not taken, the old one stays in force: \(text)")
                case .warning(let text): log.warning("\(text)")
                }
            }
        } catch {
            throw .other(error.description)
        }
        self.access = access
        gate = PasswordGate(users: { access.configuration.users })
        guard gate != nil else { throw .other("the kernel gives no random numbers") }
    }

    /// `http` or `https`.
    var scheme: String { access?.hasTLS == true ? "https" : "http" }

    /// For the server, which must be stopped after `stop()`.
    func open() throws(StartFailure) -> HTTPAccess {
        guard let access, let gate else { return HTTPAccess(headers: { SecurityHeaders.all([]) }) }
        do {
            try gate.start()
        } catch {
            throw .other("\(error)")
        }
        var result = HTTPAccess(gate: gate) { SecurityHeaders.all(access.configuration.headers) }
        if let first = access.tls { result.tls = { access.tls ?? first } }
        return result
    }

    func stop() { gate?.stop() }

    /// Requests that were turned away, since the start.
    var refusals: [PasswordGate.Refusal: UInt64] { gate?.refusals ?? [:] }
}
