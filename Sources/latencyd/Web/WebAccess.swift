internal import Platform

/// Who may speak to the web server and how, as the file of `web.config_file` says now.
///
/// The files are looked at when a client comes, at most once a second, and read again when one has changed. What cannot
/// be taken leaves everything as it was, is told once and counted.
final class WebAccess: Sendable {
    /// Between two looks at the files, seconds.
    static let lookSeconds = 1.0

    /// What happened to the files, for the log.
    enum Event: Sendable, Equatable {
        /// They have changed, and hold now.
        case taken(String)
        /// They have changed, and cannot be taken: one error.
        case refused(String)
        case warning(String)
    }

    struct Counters: Sendable, Equatable {
        /// Changes that could not be taken, since the start.
        var failures: UInt64 = 0
        /// Whether the last one could.
        var isCurrent = true
    }

    private struct State {
        var file: WebAccessFile
        /// The last certificate: it stays where the file has lost its TLS, which needs a restart.
        var tls: TLSServer?
        var watched: [String]
        /// Of `watched`, when they were last read; nil to read them at the next look.
        var signatures: [FileSignature]?
        var nextLookSeconds: Double
        var toldErrors: [String] = []
        var counters = Counters()
    }

    let path: String
    /// Whether TLS is spoken, which only a restart changes.
    let hasTLS: Bool
    private let state: Locked<State>
    private let onEvent: @Sendable (Event) -> Void
    private let nowSeconds: @Sendable () -> Double

    init(
        _ path: String, nowSeconds: @escaping @Sendable () -> Double = HostClock.monotonicSeconds,
        onEvent: @escaping @Sendable (Event) -> Void
    ) throws(ConfigurationProblems) {
        self.path = path
        self.onEvent = onEvent
        self.nowSeconds = nowSeconds
        let file: WebAccessFile
        do {
            file = try WebAccessFile.load(path)
        } catch {
            throw error.problems
        }
        for warning in Self.warnings(file) { onEvent(.warning(warning)) }
        hasTLS = file.tls != nil
        // What changes between reading the files and looking at them must be found at the next look.
        state = Locked(
            State(file: file, tls: file.tls, watched: file.files, signatures: nil, nextLookSeconds: nowSeconds()))
    }

    var counters: Counters { state.withLock { $0.counters } }

    /// What holds now.
    var configuration: WebAccessConfiguration { look { $0.file.configuration } }

    /// For the next connection; nil for plain HTTP.
    var tls: TLSServer? { look { $0.tls } }

    /// Reads the files whether they have changed or not.
    func reload() throws(ConfigurationProblems) {
        let (events, problems) = state.withLock { state in
            let signatures = state.watched.map { FileSignature($0) }
            return read(&state, signatures, isAsked: true)
        }
        for event in events { onEvent(event) }
        if let problems { throw problems }
    }

    private func look<Result>(_ result: (State) -> Result) -> Result {
        let (value, events) = state.withLock { state in
            let now = nowSeconds()
            guard now >= state.nextLookSeconds else { return (result(state), [Event]()) }
            state.nextLookSeconds = now + Self.lookSeconds
            let signatures = state.watched.map { FileSignature($0) }
            guard signatures != state.signatures else { return (result(state), []) }
            let (events, _) = read(&state, signatures, isAsked: false)
            return (result(state), events)
        }
        for event in events { onEvent(event) }
        return value
    }

    private func read(
        _ state: inout State, _ signatures: [FileSignature], isAsked: Bool
    ) -> (events: [Event], problems: ConfigurationProblems?) {
        do {
            let file = try WebAccessFile.load(path)
            // Files that were not watched may have changed since they were read: once more at the next look.
            state.signatures = file.files == state.watched ? signatures : nil
            state.watched = file.files
            return (take(file, &state), nil)
        } catch {
            state.signatures = error.files == state.watched ? signatures : nil
            state.watched = error.files
            // A certificate and its key are written one after the other: that moment is not told of twice.
            let isNew = state.toldErrors != error.problems.lines
            state.counters.isCurrent = false
            guard isNew || isAsked else { return ([], error.problems) }
            state.counters.failures += 1
            state.toldErrors = error.problems.lines
            return (isAsked ? [] : error.problems.lines.map { .refused($0) }, error.problems)
        }
    }

    private static func warnings(_ file: WebAccessFile) -> [String] {
        let certificate = WebCertificate.problem(file, unixSeconds: HostClock.unixSeconds())?.problem
        return (file.warnings + [certificate].compactMap(\.self)).map(\.description)
    }

    private func take(_ file: WebAccessFile, _ state: inout State) -> [Event] {
        var events: [Event] = []
        let isSame =
            file.configuration == state.file.configuration && file.tls?.certificate == state.file.tls?.certificate
        if !isSame || !state.counters.isCurrent {
            let certificate = file.tls.map { ", certificate \($0.certificate.serial)" } ?? ""
            events.append(.taken("\(path): read again\(certificate)"))
            events += Self.warnings(file).map { .warning($0) }
        }
        if (file.tls != nil) != hasTLS, (state.file.tls != nil) == hasTLS {
            events.append(
                .warning(
                    "\(path): takes effect at the next start only: tls_server_config, \(hasTLS ? "which is gone; TLS is still spoken" : "which is new; HTTP is still plain")"
                ))
        }
        state.file = file
        if hasTLS, let tls = file.tls { state.tls = tls }
        state.toldErrors = []
        state.counters.isCurrent = true
        return events
    }
}
