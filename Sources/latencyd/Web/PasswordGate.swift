internal import Platform

/// Asks every client for a user and a password, where there are users (`basic_auth_users`).
///
/// A check by bcrypt takes some 70 ms of CPU. It is done by a thread of its own while the connection waits, and its
/// outcome is remembered, so that who scrapes costs one check; how many wrong ones are checked is bounded.
final class PasswordGate: HTTPGate {
    /// Outcomes that are remembered: right and wrong passwords apart, so that nobody's guesses push out who is known.
    static let rememberedMax = 100
    /// Checks that wait for the thread.
    static let waitingMax = 16
    /// What a client that was sent away for now is told to wait, seconds.
    static let retrySeconds = 2

    /// Why a request got no answer.
    enum Refusal: String, CaseIterable, Sendable {
        /// There was no user, or no header that could be read.
        case missing
        /// The user or the password is wrong.
        case wrong
        /// Too many wrong ones were tried: not checked.
        case throttled
    }

    private struct State {
        var right = RecentDigests(limit: rememberedMax)
        var wrong = RecentDigests(limit: rememberedMax)
        var budget = FailureBudget()
        var refusals: [Refusal: UInt64] = [:]
    }

    private let users: @Sendable () -> [String: BcryptHash]
    private let digest: KeyedDigest
    private let state = Locked(State())
    private let queue = WorkQueue(limit: waitingMax)
    private let thread = Locked<DaemonThread?>(nil)

    /// Nil where the kernel gives no randomness. Call `start()` before it is asked, and `stop()` before its server stops.
    init?(users: @escaping @Sendable () -> [String: BcryptHash]) {
        guard let digest = KeyedDigest() else { return nil }
        self.digest = digest
        self.users = users
    }

    func start() throws(DaemonThread.StartError) {
        let queue = queue
        let thread = try DaemonThread(name: "web-passwords") {
            ThreadScheduling.lower()
            queue.run()
        }
        self.thread.withLock { $0 = thread }
    }

    /// Sends away who waits, and from now on everybody whose password is not known.
    func stop() {
        queue.close()
        thread.withLock { $0.take() }?.join()
    }

    /// Requests that got no answer, since the start.
    var refusals: [Refusal: UInt64] { state.withLock { $0.refusals } }

    func decide(_ request: HTTPRequest) -> HTTPGateDecision {
        let users = users()
        guard !users.isEmpty else { return .admitted }
        guard let header = request.header("Authorization"), let credentials = BasicCredentials(header: header) else {
            return .refused(refuse(.missing))
        }
        // Without the user there is nothing to check, and that must not be seen from outside.
        let hash = users[credentials.user] ?? .unknown(cost: users.values.map(\.cost).max() ?? 10)
        guard
            let digest = digest.digest([Array(credentials.user.utf8), Array(hash.text.utf8), credentials.password])
        else { return .refused(refuse(.throttled)) }
        let client = Self.client(request.peer)
        let known = state.withLock { state -> Bool? in
            if state.right.contains(digest) { return true }
            return state.wrong.contains(digest) ? false : nil
        }
        switch known {
        case true?: return .admitted
        case false?: return .refused(refuse(.wrong))
        case nil: break
        }
        guard state.withLock({ $0.budget.take(client, at: HostClock.monotonicSeconds()) }) else {
            return .refused(refuse(.throttled))
        }
        return .pending { [self] decided in
            let isTaken = queue.add { [self] isCancelled in
                decided(isCancelled ? refuse(.throttled) : check(hash, credentials.password, digest, client))
            }
            if !isTaken {
                state.withLock { $0.budget.giveBack(client, at: HostClock.monotonicSeconds()) }
                decided(refuse(.throttled))
            }
        }
    }

    /// On the gate's thread. Nil for the right password.
    private func check(_ hash: BcryptHash, _ password: [UInt8], _ digest: [UInt8], _ client: String) -> HTTPResponse? {
        // Several requests of a client that has just come wait with the same password.
        let known = state.withLock { state -> Bool? in
            if state.right.contains(digest) { return true }
            return state.wrong.contains(digest) ? false : nil
        }
        let isRight = known ?? hash.matches(password)
        state.withLock { state in
            if isRight { state.right.insert(digest) } else { state.wrong.insert(digest) }
            // What was not computed costs nothing either.
            if isRight || known != nil { state.budget.giveBack(client, at: HostClock.monotonicSeconds()) }
        }
        return isRight ? nil : refuse(.wrong)
    }

    private func refuse(_ refusal: Refusal) -> HTTPResponse {
        state.withLock { $0.refusals[refusal, default: 0] += 1 }
        guard refusal != .throttled else {
            var response = HTTPResponse.text(429, "too many wrong passwords were tried; try again later")
            response.headers.append(HTTPField("Retry-After", "\(Self.retrySeconds)"))
            return response
        }
        let text =
            refusal == .missing ? "a user and a password are needed" : "the user or the password is not right"
        var response = HTTPResponse.text(401, text)
        response.headers.append(HTTPField("WWW-Authenticate", "Basic realm=\"latencyd\", charset=\"UTF-8\""))
        return response
    }

    /// The address without the port.
    private static func client(_ peer: String) -> String {
        peer.lastIndex(of: ":").map { String(peer[..<$0]) } ?? peer
    }
}
