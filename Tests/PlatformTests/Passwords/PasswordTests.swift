import Testing

@testable import Platform

@Suite("A bcrypt hash")
struct BcryptHashTests {
    // From crypt_blowfish's own tests, `U*U` and a password beyond ASCII.
    private static let known = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

    @Test("knows its password in each of the three spellings")
    func matches() throws {
        for kind in ["2a", "2b", "2y"] {
            let hash = try BcryptHash(Self.known.replacing("2a", with: kind, maxReplacements: 1))
            #expect(hash.cost == 5)
            #expect(hash.matches(Array("U*U".utf8)))
            #expect(!hash.matches(Array("U*V".utf8)))
            #expect(!hash.matches([]))
        }
    }

    @Test("takes no password with a zero for the shorter one before it")
    func zero() throws {
        #expect(!(try BcryptHash(Self.known)).matches(Array("U*U".utf8) + [0] + Array("x".utf8)))
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "secret", "$2y$10$", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe", known + "W", " " + known,
            "$2a$5 $CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO:W",
        ])
    func notBcrypt(_ text: String) { #expect(throws: BcryptHash.Problem.notBcrypt) { try BcryptHash(text) } }

    @Test("has a cost that a check can pay", arguments: [3, 16, 31])
    func cost(_ cost: Int) {
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        #expect(throws: BcryptHash.Problem.cost(cost)) {
            try BcryptHash(Self.known.replacing("$05$", with: "$\(digits)$"))
        }
    }

    @Test("of an unknown user is checked in earnest, and has no password")
    func unknown() {
        let hash = BcryptHash.unknown(cost: 5)
        #expect(hash.cost == 5 && hash.text.utf8.count == 60)
        #expect(!hash.matches([]) && !hash.matches(Array("U*U".utf8)))
        // A hash that libcrypt refuses would be refused at once, and the user be known as unknown by the time.
        let begin = ContinuousClock.now
        _ = BcryptHash.unknown(cost: 10).matches(Array("x".utf8))
        #expect(ContinuousClock.now - begin > .milliseconds(5))
    }
}

@Suite("Basic credentials")
struct BasicCredentialsTests {
    @Test(
        "are read from the header",
        arguments: [
            ("Basic YWxpY2U6c2VjcmV0", "alice", "secret"), ("basic   YWxpY2U6c2VjcmV0", "alice", "secret"),
            ("Basic YTpiOmM=", "a", "b:c"), ("Basic Og==", "", ""),
        ])
    func read(_ header: String, _ user: String, _ password: String) throws {
        let credentials = try #require(BasicCredentials(header: header))
        #expect(credentials.user == user)
        #expect(credentials.password == Array(password.utf8))
    }

    @Test(
        "are nothing else",
        arguments: [
            "", "Basic", "Basic ", "Bearer YWxpY2U6c2VjcmV0", "Basic YWxpY2U", "Basic ====", "Basic YWxpY2U=",
            "Basic YWxpY2U6c2VjcmV0, Basic YWxpY2U6c2VjcmV0", "Basic /zphYQ==",
        ])
    func refused(_ header: String) { #expect(BasicCredentials(header: header) == nil) }
}

@Suite("The budget for wrong passwords")
struct FailureBudgetTests {
    @Test("lets one client be wrong five times at once, and then every two seconds")
    func client() {
        var budget = FailureBudget()
        var taken: [Bool] = []
        for time in [100, 100, 100, 100, 100, 100, 101, 102.5, 102.5] { taken.append(budget.take("a", at: time)) }
        #expect(taken == [true, true, true, true, true, false, false, true, false])
        // Another one is not held back by it.
        let other = budget.take("b", at: 102.5)
        #expect(other)
    }

    @Test("bounds all clients together")
    func total() {
        var budget = FailureBudget()
        var taken = [0, 0]
        for number in 0..<100 where budget.take("client \(number)", at: 100) { taken[0] += 1 }
        for number in 0..<100 where budget.take("other \(number)", at: 101) { taken[1] += 1 }
        #expect(taken == [20, 4])
    }

    @Test("costs nothing who was right")
    func right() {
        var budget = FailureBudget()
        for _ in 0..<1_000 {
            let isTaken = budget.take("a", at: 100)
            #expect(isTaken)
            budget.giveBack("a", at: 100)
        }
    }
}

@Suite("Remembered digests")
struct RecentDigestsTests {
    @Test("are the last ones, up to the limit")
    func limit() {
        var recent = RecentDigests(limit: 3)
        for digest: UInt8 in [1, 2, 2, 3, 4] { recent.insert([digest]) }
        #expect(recent.count == 3)
        #expect((1...4).map { recent.contains([$0]) } == [false, true, true, true])
        recent.insert([5])
        #expect((1...5).map { recent.contains([$0]) } == [false, false, true, true, true])
    }

    @Test("are the same for the same parts, and for no others")
    func keyed() throws {
        let one = try #require(KeyedDigest())
        let other = try #require(KeyedDigest())
        #expect(one.digest([[1], [2]]) == one.digest([[1], [2]]))
        #expect(one.digest([[1], [2]]) != one.digest([[1, 2], []]))
        #expect(one.digest([[1], [2]]) != other.digest([[1], [2]]))
        #expect(one.digest([])?.count == 32)
    }
}

@Suite("A queue of work")
struct WorkQueueTests {
    @Test("does what was added in order, refuses more than its limit, and tells those that waited when it is closed")
    func work() throws {
        let done = Monitor<[String]>([])
        let queue = WorkQueue(limit: 2)
        for name in ["a", "b", "c"] {
            let isTaken = queue.add { isCancelled in done.withLock { $0.append("\(name) \(isCancelled)") } }
            #expect(isTaken == (name != "c"))
        }
        let thread = try DaemonThread(name: "test") { queue.run() }
        while queue.count > 0 {}
        queue.close()
        thread.join()
        #expect(done.withLock { $0 } == ["a false", "b false"] || done.withLock { $0 } == ["a false", "b true"])
        #expect(!queue.add { _ in })
        let closed = WorkQueue(limit: 1)
        _ = closed.add { isCancelled in done.withLock { $0 = ["\(isCancelled)"] } }
        closed.close()
        closed.run()
        #expect(done.withLock { $0 } == ["true"])
    }
}
