import Platform
import Testing

@testable import Collectors

@Suite("What a return code of NVML does")
struct GPUSignalBookTests {
    @Test(
        "depends on what it means",
        arguments: [
            (.success, .value), (.alreadyInitialized, .value), (.uninitialized, .driverGone),
            (.invalidArgument, .unsupported), (.notSupported, .unsupported), (.noPermission, .denied),
            (.notFound, .nothingNow), (.insufficientSize, .trouble), (.insufficientPower, .trouble),
            (.driverNotLoaded, .driverGone), (.timeout, .nothingNow), (.irqIssue, .trouble),
            (.libraryNotFound, .driverGone), (.functionNotFound, .unsupported), (.corruptedInfoROM, .unsupported),
            (.gpuIsLost, .deviceLost), (.resetRequired, .deviceLost), (.operatingSystem, .blocked),
            (.libraryDriverMismatch, .mismatch), (.inUse, .trouble), (.memory, .trouble), (.noData, .nothingNow),
            (.vgpuECCNotSupported, .unsupported), (.insufficientResources, .trouble),
            (.frequencyNotSupported, .unsupported), (.argumentVersionMismatch, .unsupported),
            (.deprecated, .unsupported), (.notReady, .nothingNow), (.gpuNotFound, .trouble), (.invalidState, .trouble),
            (.unknown, .trouble), (NVMLReturn(rawValue: 4711), .trouble),
        ] as [(NVMLReturn, NVMLMeaning)])
    func meaning(code: NVMLReturn, meaning: NVMLMeaning) {
        #expect(NVMLMeaning(code) == meaning)
    }

    private func book() -> GPUSignalBook {
        GPUSignalBook([
            GPUSignal("power", .quick, .field(186, \.power.watts), .number(.powerUsage, \.power.watts)),
            GPUSignal("energy", .slow, .number(.energy, \.power.energyJoules)),
            GPUSignal("numa_node", .steady, .number(.numaNode, \.locality.numaNode)),
        ])
    }

    /// The signals that are due in a pass.
    private func due(_ book: inout GPUSignalBook, at now: Double, intervalSeconds: Double = 1) -> [String] {
        book.due(at: now, intervalSeconds: intervalSeconds).map { book.signal($0).name }
    }

    @Test("each signal is asked for at its own pace")
    func cadence() {
        var book = book()
        #expect(due(&book, at: 100) == ["power", "energy", "numa_node"])
        #expect(due(&book, at: 101) == ["power"])
        #expect(due(&book, at: 109.8) == ["power", "energy"])
        #expect(due(&book, at: 110.8) == ["power"])
        #expect(due(&book, at: 160) == ["power", "energy", "numa_node"])
    }

    @Test("with a long interval nothing is asked for more often")
    func longInterval() {
        var book = book()
        #expect(due(&book, at: 0, intervalSeconds: 100).count == 3)
        #expect(due(&book, at: 100, intervalSeconds: 100).count == 3)
    }

    @Test(
        "an older function is tried, then the signal is switched off and told once",
        arguments: [
            NVMLReturn.notSupported, .functionNotFound, .argumentVersionMismatch, .deprecated, .invalidArgument,
        ])
    func unsupported(code: NVMLReturn) {
        var book = book()
        _ = book.due(at: 0, intervalSeconds: 1)
        #expect(book.record(code, for: 0, at: 0, intervalSeconds: 1) == .askOtherwise)
        guard case .number(.powerUsage, _, _) = book.way(0) else {
            Issue.record("the older way is not tried")
            return
        }
        #expect(book.record(code, for: 0, at: 0, intervalSeconds: 1) == .none)
        #expect(book.takeChanges() == [.init(signal: "power", standing: .unsupported, code: code)])
        #expect(book.takeChanges() == [])
        #expect(due(&book, at: 1) == [])
        #expect(due(&book, at: 1_000_000) == ["energy", "numa_node"])
        #expect(book.summary.counts == [.asked: 2, .unsupported: 1, .denied: 0, .failing: 0])
    }

    @Test("what is not permitted is switched off and named")
    func denied() {
        var book = book()
        _ = book.due(at: 0, intervalSeconds: 1)
        #expect(book.record(.noPermission, for: 1, at: 0, intervalSeconds: 1) == .none)
        #expect(book.summary.denied == ["energy"])
        #expect(due(&book, at: 100) == ["power", "numa_node"])
    }

    @Test(
        "what is not there now is asked for at the next time",
        arguments: [NVMLReturn.notFound, .noData, .timeout, .notReady])
    func nothingNow(code: NVMLReturn) {
        var book = book()
        _ = book.due(at: 0, intervalSeconds: 1)
        #expect(book.record(code, for: 0, at: 0, intervalSeconds: 1) == .none)
        #expect(due(&book, at: 1) == ["power"])
        #expect(book.takeChanges() == [])
    }

    @Test("what fails is asked ever more seldom, and as before when it works again")
    func trouble() {
        var book = book()
        var pauses: [Double] = []
        var now = 0.0
        for _ in 0..<10 {
            _ = book.due(at: now, intervalSeconds: 1)
            #expect(book.record(.unknown, for: 0, at: now, intervalSeconds: 1) == .none)
            let before = now
            while !due(&book, at: now).contains("power") { now += 1 }
            pauses.append(now - before)
        }
        #expect(pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        #expect(book.takeChanges().count == 1)
        #expect(book.record(.success, for: 0, at: now, intervalSeconds: 1) == .take)
        #expect(due(&book, at: now + 0.2).contains("power") == false)
        #expect(due(&book, at: now + 1).contains("power"))
        #expect(book.summary.counts[.failing] == 0)
    }

    @Test(
        "a GPU, the driver and the library are given up by what their codes say",
        arguments: [
            (.gpuIsLost, .deviceLost(.gpuIsLost)), (.resetRequired, .deviceLost(.resetRequired)),
            (.uninitialized, .driverGone(.uninitialized)), (.driverNotLoaded, .driverGone(.driverNotLoaded)),
            (.libraryDriverMismatch, .mismatch),
        ] as [(NVMLReturn, GPUSignalBook.Reaction)])
    func end(code: NVMLReturn, reaction: GPUSignalBook.Reaction) {
        var book = book()
        #expect(book.record(code, for: 0, at: 0, intervalSeconds: 1) == reaction)
    }

    @Test("no field above 250 is asked for, and every signal has a way and a name of its own")
    func table() {
        let signals = GPUSignalTable.signals(linkCount: 2)
        for signal in signals {
            #expect(!signal.ways.isEmpty)
            for case .field(let field, _, _) in signal.ways { #expect(field.id <= 250) }
        }
        let names = signals.filter { $0.link == nil && $0.name != "nvlink_state" }.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(GPUSignalTable.signals(linkCount: 1000).count(where: { $0.name == "nvlink_state" }) == 36)
    }
}
