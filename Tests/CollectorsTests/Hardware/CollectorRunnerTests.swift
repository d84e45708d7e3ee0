import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Running collectors")
struct CollectorRunnerTests {
    private let host = ChangingHostFiles()

    private func runner(_ settings: HardwareSettings = HardwareSettings()) -> CollectorRunner {
        CollectorRunner(
            [SlowProbe.self, QuickProbe.self], host: CollectorHost(files: host), settings: settings, at: .seconds(100),
            clock: { .zero })
    }

    @Test("all collectors are due at once, then each at its own interval")
    func schedule() {
        var runner = runner()
        #expect(runner.nextDue == .seconds(100))
        #expect(runner.families().isEmpty)
        host.files.write("1\n", to: SlowProbe.file)
        host.files.write("2\n", to: QuickProbe.file)
        let atFirst = runner.runDue(at: .seconds(100))
        #expect(atFirst.isEmpty)
        #expect(runner.value("latencyd_slow_probe") == 1)
        #expect(runner.value("latencyd_quick_probe") == 2)
        #expect(runner.nextDue == .seconds(101))

        host.files.write("10\n", to: SlowProbe.file)
        host.files.write("20\n", to: QuickProbe.file)
        _ = runner.runDue(at: .seconds(100.9))
        #expect(runner.value("latencyd_quick_probe") == 2)
        _ = runner.runDue(at: .seconds(101))
        #expect(runner.value("latencyd_slow_probe") == 1)
        #expect(runner.value("latencyd_quick_probe") == 20)
        _ = runner.runDue(at: .seconds(105))
        #expect(runner.value("latencyd_slow_probe") == 10)
    }

    @Test("a pass that comes late keeps the grid, passes that were missed are not made up for")
    func late() {
        var runner = runner(HardwareSettings(collectors: ["slow": CollectorSettings(isEnabled: false)]))
        _ = runner.runDue(at: .seconds(100))
        _ = runner.runDue(at: .seconds(101.3))
        #expect(runner.nextDue == .seconds(102))
        _ = runner.runDue(at: .seconds(500))
        #expect(runner.nextDue == .seconds(501))
    }

    @Test(
        "an interval is the collector's own, else the longer of all's and its default, within limits",
        arguments: [
            (.seconds(1), nil, 5_000), (.seconds(30), nil, 30_000), (.seconds(30), .seconds(2), 2_000),
            (.seconds(1), .zero, 100), (.seconds(1), .seconds(-1), 100), (.seconds(1), .seconds(86_400), 3_600_000),
        ] as [(Duration, Duration?, Int)])
    func intervals(all: Duration, own: Duration?, milliseconds: Int) {
        let settings = HardwareSettings(interval: all, collectors: ["slow": CollectorSettings(interval: own)])
        #expect(settings.interval(of: SlowProbe.self) == .milliseconds(milliseconds))
    }

    @Test("a collector that fails says so, loses its samples and touches no other")
    func failure() {
        var runner = runner()
        host.files.write("1\n", to: SlowProbe.file)
        host.files.write("2\n", to: QuickProbe.file)
        _ = runner.runDue(at: .seconds(100))
        host.files.failListing(SlowProbe.folder, with: .denied)
        let notes = runner.runDue(at: .seconds(105))
        #expect(runner.value("latencyd_slow_probe") == nil)
        #expect(runner.value("latencyd_quick_probe") == 2)
        #expect(runner.value("latencyd_collector_success", of: "slow") == 0)
        #expect(runner.value("latencyd_collector_success", of: "quick") == 1)
        #expect(runner.value("latencyd_collector_errors", of: "slow") == 1)
        #expect(runner.value("latencyd_collector_errors", of: "quick") == 0)
        #expect(runner.states.map(\.state) == [.failing, .collecting])
        #expect(notes.map(\.level) == [.warning])
        #expect(notes.first?.message.contains("sysfs:slow: permission denied") == true)

        host.files = InMemoryHostFiles()
        host.files.write("3\n", to: SlowProbe.file)
        _ = runner.runDue(at: .seconds(110))
        #expect(runner.value("latencyd_slow_probe") == 3)
        #expect(runner.value("latencyd_collector_success", of: "slow") == 1)
    }

    @Test("a pass that fails half way leaves no half of its samples")
    func halfWay() {
        var runner = CollectorRunner(
            [HalfWayProbe.self], host: CollectorHost(files: host), at: .zero, clock: { .zero })
        _ = runner.runDue(at: .zero)
        #expect(runner.value("latencyd_half_way_probe") == nil)
        #expect(runner.value("latencyd_collector_success", of: "half_way") == 0)
    }

    @Test("a single file that fails is counted each time and leaves success at 1")
    func singleFile() {
        var runner = runner()
        host.files.write("garbage\n", to: QuickProbe.file)
        for second in 100...103 { _ = runner.runDue(at: .seconds(second)) }
        #expect(runner.value("latencyd_quick_probe") == nil)
        #expect(runner.value("latencyd_collector_success", of: "quick") == 1)
        #expect(runner.value("latencyd_collector_errors", of: "quick") == 4)
        #expect(runner.states.map(\.state) == [.absent, .collecting])
    }

    @Test("each kind of error is logged once, and that there is nothing to read")
    func notes() {
        var runner = runner()
        host.files.write("garbage\n", to: QuickProbe.file)
        let first = runner.runDue(at: .seconds(100))
        #expect(first.map(\.collector) == ["slow", "quick"])
        #expect(first.map(\.level) == [.info, .warning])
        #expect(first.last?.message.contains("sysfs:quick/value: holds \"garbage\"") == true)
        let repeated = runner.runDue(at: .seconds(105))
        #expect(repeated.isEmpty)
        host.files.write("other garbage\n", to: QuickProbe.file)
        let sameKind = runner.runDue(at: .seconds(106))
        #expect(sameKind.isEmpty)
        host.files.fail(QuickProbe.file, with: .inputOutput)
        let otherKind = runner.runDue(at: .seconds(107))
        #expect(otherKind.map(\.collector) == ["quick"])
        let repeatedAgain = runner.runDue(at: .seconds(108))
        #expect(repeatedAgain.isEmpty)
    }

    @Test("a collector that a reload disables leaves nothing, one that it enables is due at once")
    func reload() {
        var runner = runner()
        host.files.write("1\n", to: SlowProbe.file)
        host.files.write("2\n", to: QuickProbe.file)
        _ = runner.runDue(at: .seconds(100))
        runner.apply(HardwareSettings(collectors: ["slow": CollectorSettings(isEnabled: false)]), at: .seconds(100.5))
        #expect(runner.value("latencyd_slow_probe") == nil)
        #expect(runner.value("latencyd_collector_success", of: "slow") == nil)
        #expect(runner.value("latencyd_quick_probe") == 2)
        #expect(runner.nextDue == .seconds(101))
        runner.apply(HardwareSettings(), at: .seconds(100.7))
        #expect(runner.nextDue == .seconds(100.7))
        #expect(runner.value("latencyd_slow_probe") == nil)
        _ = runner.runDue(at: .seconds(100.7))
        #expect(runner.value("latencyd_slow_probe") == 1)
    }

    @Test("a shorter interval counts from the reload, a longer one from the next pass")
    func changedInterval() {
        var runner = runner()
        _ = runner.runDue(at: .seconds(100))
        let quickOff = CollectorSettings(isEnabled: false)
        let shorter = CollectorSettings(interval: .seconds(2))
        runner.apply(HardwareSettings(collectors: ["quick": quickOff, "slow": shorter]), at: .seconds(101))
        #expect(runner.nextDue == .seconds(103))
        let longer = CollectorSettings(interval: .seconds(60))
        runner.apply(HardwareSettings(collectors: ["quick": quickOff, "slow": longer]), at: .seconds(102))
        #expect(runner.nextDue == .seconds(103))
        _ = runner.runDue(at: .seconds(103))
        #expect(runner.nextDue == .seconds(163))
    }

    @Test("with all collectors disabled nothing is due and nothing exposed")
    func allDisabled() {
        let off = CollectorSettings(isEnabled: false)
        var runner = runner(HardwareSettings(collectors: ["slow": off, "quick": off]))
        #expect(runner.nextDue == nil)
        let silence = runner.runDue(at: .seconds(1000))
        #expect(silence.isEmpty)
        #expect(runner.families().isEmpty)
    }

    @Test("a pass is timed with the clock that was given")
    func duration() {
        let files = TimedHostFiles()
        var runner = CollectorRunner(
            [QuickProbe.self], host: CollectorHost(files: files), at: .zero, clock: { files.now })
        _ = runner.runDue(at: .zero)
        #expect(runner.value("latencyd_collector_duration_seconds", of: "quick") == 0.25)
    }
}

extension CollectorRunner {
    /// The value of a family's only sample, or of its sample about `collector`; nil when there is none.
    fileprivate func value(_ family: String, of collector: String? = nil) -> Double? {
        let samples = families().first { $0.descriptor.name == family }?.samples ?? []
        guard case .number(let value) = samples.first(where: { $0.labels["collector"] == collector })?.value else {
            return nil
        }
        return value
    }
}

/// A collector that is there for its schedule.
private protocol Probe: Collector {
    static var gauge: MetricDescriptor { get }
}

extension Probe {
    static var descriptors: [MetricDescriptor] { [gauge] }
    static var folder: HostPath { .sysfs(id) }
    static var file: HostPath { folder / "value" }

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        guard try !sampling.names(in: Self.folder).isEmpty else { return }
        if let value = sampling.read(Self.file, { KernelText.integer($0, in: 0...1000) }) {
            sampling.add(Self.gauge, [:], Double(value))
        }
    }
}

private struct SlowProbe: Probe {
    static let id = "slow"
    static let defaultInterval = Duration.seconds(5)
    static let gauge = MetricDescriptor(.gauge, "latencyd_slow_probe", help: "A probe.")
}

private struct QuickProbe: Probe {
    static let id = "quick"
    static let defaultInterval = Duration.seconds(1)
    static let gauge = MetricDescriptor(.gauge, "latencyd_quick_probe", help: "A probe.")
}

/// Hands over a sample and fails then.
private struct HalfWayProbe: Collector {
    static let id = "half_way"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [gauge]
    static let gauge = MetricDescriptor(.gauge, "latencyd_half_way_probe", help: "A probe.")

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        sampling.add(Self.gauge, [:], 1)
        throw .source(operation: "probe", message: "lost")
    }
}

/// A host that a test changes between passes.
// Safe because one test owns it and runs on one thread.
private final class ChangingHostFiles: HostFiles, @unchecked Sendable {
    var files = InMemoryHostFiles()

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        try files.read(path, limitBytes: limitBytes, keepsOpen: keepsOpen)
    }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] { try files.list(folder) }
}

/// A host on which listing a folder takes a quarter of a second.
// Safe because one test owns it and runs on one thread.
private final class TimedHostFiles: HostFiles, @unchecked Sendable {
    private(set) var now = Duration.seconds(7)

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] { throw .absent }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        now += .milliseconds(250)
        return []
    }
}
