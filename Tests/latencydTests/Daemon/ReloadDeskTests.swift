import Exporter
import Glibc
import Platform
import TestSupport
import Testing

@testable import latencyd

@Suite("The desk for reloads")
struct ReloadDeskTests {
    /// Whether a request waits: the wake-up is readable.
    private func isAsked(_ desk: ReloadDesk) -> Bool {
        var poll = pollfd(fd: desk.wakeup.descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) == 1
    }

    @Test(
        "hands everyone who waits the outcome of one reload",
        arguments: [ReloadOutcome.reloaded, .refused(["latencyd.yml:1:1: web: broken"])])
    func outcome(_ outcome: ReloadOutcome) throws {
        let desk = try #require(ReloadDesk())
        let answers = Locked<[ReloadOutcome]>([])
        let threads = try (0..<3).map { number in
            try DaemonThread(name: "ask-\(number)") {
                let answer = desk.request()
                answers.withLock { $0.append(answer) }
            }
        }
        var reloads = 0
        #expect(eventually { desk.waitingCount == 3 })
        #expect(isAsked(desk))
        desk.serve {
            reloads += 1
            return outcome
        }
        for thread in threads { thread.join() }
        #expect(reloads == 1)
        #expect(answers.withLock { $0 } == [outcome, outcome, outcome])
        #expect(!isAsked(desk))
    }

    @Test("does not reload when nobody asks")
    func nobody() throws {
        let desk = try #require(ReloadDesk())
        desk.wakeup.signal()
        desk.serve {
            Issue.record("reloaded")
            return .reloaded
        }
        #expect(!isAsked(desk))
    }

    @Test("refuses who waits and who comes when it is closed")
    func closed() throws {
        let desk = try #require(ReloadDesk())
        let answer = Locked<ReloadOutcome?>(nil)
        let thread = try DaemonThread(name: "ask") {
            let outcome = desk.request()
            answer.withLock { $0 = outcome }
        }
        #expect(eventually { desk.waitingCount == 1 })
        desk.close()
        thread.join()
        #expect(answer.withLock { $0 } == .refused(["the daemon is stopping"]))
        #expect(desk.request() == .refused(["the daemon is stopping"]))
        desk.serve {
            Issue.record("reloaded")
            return .reloaded
        }
    }

    @Test("turns one more away when as many wait as may")
    func crowd() throws {
        let desk = try #require(ReloadDesk())
        let threads = try (0..<ReloadDesk.waitingMax).map { number in
            try DaemonThread(name: "ask-\(number)") { _ = desk.request() }
        }
        #expect(eventually { desk.waitingCount == ReloadDesk.waitingMax })
        #expect(desk.request() == .refused(["16 reloads wait already; try again"]))
        desk.serve { .reloaded }
        for thread in threads { thread.join() }
    }
}
