import Platform
import TestSupport
import Testing

@testable import latencyd

@Suite("The gate for passwords")
struct PasswordGateTests {
    // Of "U*U".
    private static let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    private static let right = "Basic YWxpY2U6VSpV"

    private func gate(_ users: [String: String] = ["alice": hash]) throws -> PasswordGate {
        var hashes: [String: BcryptHash] = [:]
        for (user, hash) in users { hashes[user] = try BcryptHash(hash) }
        let all = hashes
        let gate = PasswordGate { all }
        return try #require(gate)
    }

    private func request(_ authorization: String?, from peer: String = "10.0.0.1:1") -> HTTPRequest {
        HTTPRequest(
            path: "/metrics", headers: authorization.map { [HTTPField("Authorization", $0)] } ?? [], peer: peer)
    }

    /// The status with which the gate ends; 200 for one that admits.
    private func status(_ gate: PasswordGate, _ request: HTTPRequest) -> Int? {
        switch gate.decide(request) {
        case .admitted: return 200
        case .refused(let response): return response.status
        case .pending(let begin):
            let answer = Answer<Int>()
            begin { answer.give($0?.status ?? 200) }
            return answer.wait(seconds: 20)
        }
    }

    private func isPending(_ decision: HTTPGateDecision) -> Bool {
        if case .pending = decision { true } else { false }
    }

    @Test("admits who knows the password, and computes that once")
    func right() throws {
        let gate = try gate()
        try gate.start()
        #expect(isPending(gate.decide(request(Self.right))))
        #expect(status(gate, request(Self.right)) == 200)
        #expect(!isPending(gate.decide(request(Self.right))))
        #expect(status(gate, request(Self.right, from: "10.9.9.9:1")) == 200)
        #expect(gate.refusals.isEmpty)
        gate.stop()
    }

    @Test("refuses everybody else, and tells in what they were wrong")
    func wrong() throws {
        let gate = try gate()
        try gate.start()
        guard case .refused(let response) = gate.decide(request(nil)) else { throw CancellationError() }
        #expect(response.status == 401)
        #expect(response.headers.contains(HTTPField("WWW-Authenticate", "Basic realm=\"latencyd\", charset=\"UTF-8\"")))
        for header in ["", "Bearer x", "Basic x"] { #expect(status(gate, request(header)) == 401) }
        // alice:x, bob:U*U, and what was wrong once is not computed again.
        for header in ["Basic YWxpY2U6eA==", "Basic Ym9iOlUqVQ=="] {
            #expect(status(gate, request(header)) == 401)
            #expect(!isPending(gate.decide(request(header))))
        }
        #expect(gate.refusals == [.missing: 4, .wrong: 4])
        gate.stop()
    }

    @Test("computes only so many wrong ones, and still admits who is known, and others with the right one")
    func flood() throws {
        let gate = try gate()
        try gate.start()
        #expect(status(gate, request(Self.right)) == 200)
        let answers = (0..<100).map { number in
            // alice:AAAn
            let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            return status(gate, request("Basic YWxpY2U6QUFB\(digits[number % 26])\(digits[number / 26])A="))
        }
        #expect(answers.count { $0 == 429 } > 80)
        #expect(answers.count { $0 == 401 } >= 5)
        #expect(status(gate, request(Self.right)) == 200)
        let anew = try self.gate()
        try anew.start()
        for number in 0..<5 { _ = status(anew, request("Basic YWxpY2U6QUFB\(number)AA=")) }
        #expect(status(anew, request("Basic YWxpY2U6QUFBZZZ=")) == 429)
        #expect(status(anew, request(Self.right, from: "10.0.0.2:1")) == 200)
        gate.stop()
        anew.stop()
    }

    @Test("asks for nothing where there are no users")
    func nobody() throws { #expect(status(try gate([:]), request(nil)) == 200) }

    @Test("sends away who waits when it stops, and who comes later")
    func stop() throws {
        let gate = try gate()
        let answer = Answer<Int>()
        guard case .pending(let begin) = gate.decide(request(Self.right)) else { throw CancellationError() }
        begin { answer.give($0?.status ?? 200) }
        try gate.start()
        gate.stop()
        // It was checked before the end, or was not.
        #expect([200, 429].contains(answer.wait(seconds: 20)))
        #expect([200, 429].contains(status(gate, request("Basic YWxpY2U6eA=="))))
    }
}
