import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Stalls that the kernel tells of")
struct PressureStallWatchTests {
    private let app = WatchedCgroup(path: "/app", folders: [.unified: .sysfs("fs/cgroup/app")])
    private let old = WatchedCgroup(path: "/old", folders: [.cpu: .sysfs("fs/cgroup/cpu/old")])

    private func follow(
        _ watch: inout PressureStallWatch, _ cgroups: [WatchedCgroup]?, _ files: StallHost, at now: Double = 100
    ) -> [CollectorNote] {
        watch.follow(cgroups, files, at: now) { _ in true }
    }

    @Test("are counted of the host, each kind for itself, with the time of the last one")
    func host() throws {
        var watch = PressureStallWatch()
        let files = StallHost()
        #expect(follow(&watch, [], files).isEmpty)
        #expect(
            watch.counts.map { "\($0.labels["resource"] ?? "") \($0.labels["kind"] ?? "")" }
                == ["cpu some", "io some", "io full", "irq full", "memory some", "memory full"])
        #expect(
            files.asked.map(\.threshold).allSatisfy {
                $0.stallMicroseconds == 150_000 && $0.windowMicroseconds == 2_000_000
            })
        let io = try #require(files.descriptor(of: .procfs("pressure/io"), full: true))
        watch.take(io, isBroken: false, at: 107)
        watch.take(io, isBroken: false, at: 109)
        // The wake-up of the thread, or whatever else it waits for.
        watch.take(-7, isBroken: false, at: 110)
        #expect(watch.counts.map(\.count) == [0, 0, 2, 0, 0, 0])
        #expect(watch.counts.map(\.lastSeenSeconds) == [nil, nil, 109, nil, nil, nil])
    }

    @Test("keep their counts while others come and go, and are closed when nobody watches")
    func cgroups() throws {
        var watch = PressureStallWatch()
        let files = StallHost()
        _ = follow(&watch, [], files)
        watch.take(try #require(files.descriptor(of: .procfs("pressure/cpu"), full: false)), isBroken: false, at: 101)
        #expect(follow(&watch, [app, old], files, at: 110).isEmpty)
        // A cgroup of version 1 has no pressure.
        #expect(watch.counts.count == 12)
        #expect(watch.counts[0].count == 1)
        #expect(watch.counts[6].labels == ["resource": "cpu", "kind": "some", "cgroup": "/app"])
        #expect(watch.counts[6].createdSeconds == 110)
        #expect(files.asked.count == 12, "a trigger was made twice")
        // The kernel calls the file of a cgroup that was removed broken.
        let broken = try #require(files.descriptor(of: .sysfs("fs/cgroup/app/cpu.pressure"), full: false))
        watch.take(broken, isBroken: true, at: 111)
        #expect(files.openCount == 11)
        #expect(watch.counts[6].count == 0)
        _ = follow(&watch, [], files, at: 112)
        #expect((watch.counts.count, files.openCount) == (6, 6))
        #expect(watch.counts[0].count == 1)
        _ = follow(&watch, nil, files, at: 113)
        #expect(watch.counts.isEmpty)
        #expect(files.openCount == 0)
    }

    @Test(
        "are absent where the kernel refuses, which is said once",
        arguments: [
            (HostFileError.invalid, 1), (.denied, 1), (.other(errno: 30), 1), (.notSupported, 0), (.absent, 0),
        ])
    func refused(error: HostFileError, notes: Int) {
        var watch = PressureStallWatch()
        let files = StallHost(refusing: error)
        #expect(follow(&watch, [], files).count == notes)
        #expect(watch.counts.isEmpty)
        // Of cgroups once more; then never again, and nothing is tried in every round.
        #expect(follow(&watch, [app], files).count == notes)
        #expect(follow(&watch, [app], files).isEmpty)
        #expect(files.asked.count == 12)
        for _ in 0..<PressureStallWatch.roundsUntilRetry { #expect(follow(&watch, [app], files).isEmpty) }
        #expect(files.asked.count == 24)
        files.error = nil
        for _ in 0..<PressureStallWatch.roundsUntilRetry { _ = follow(&watch, [app], files) }
        #expect(watch.counts.count == 12)
        #expect(files.openCount == 12)
    }

    @Test("go on when a cgroup is made again under its path, as by a service's restart")
    func restart() throws {
        var watch = PressureStallWatch()
        let files = StallHost()
        let path = HostPath.sysfs("fs/cgroup/app/cpu.pressure")
        _ = follow(&watch, [app], files)
        let first = try #require(files.descriptor(of: path, full: false))
        watch.take(first, isBroken: false, at: 101)
        watch.take(first, isBroken: true, at: 102)
        #expect(files.openCount == 11)
        #expect(follow(&watch, [app], files, at: 110).isEmpty)
        #expect((watch.counts.count, files.openCount) == (12, 12))
        let second = try #require(files.descriptor(of: path, full: false))
        watch.take(second, isBroken: false, at: 111)
        #expect(watch.counts[6].labels == ["resource": "cpu", "kind": "some", "cgroup": "/app"])
        #expect((watch.counts[6].count, watch.counts[6].createdSeconds) == (2, 100))
    }

    @Test("of a cgroup that is gone are not shown as if nothing stalled")
    func gone() throws {
        var watch = PressureStallWatch()
        let files = StallHost()
        _ = follow(&watch, [app], files)
        watch.take(
            try #require(files.descriptor(of: .sysfs("fs/cgroup/app/cpu.pressure"), full: false)), isBroken: true,
            at: 102)
        files.error = .absent
        _ = follow(&watch, [app], files, at: 110)
        #expect(watch.counts.count == 11)
    }

    @Test("have a limit of open files")
    func limit() {
        var watch = PressureStallWatch()
        let files = StallHost()
        let many = (0..<100).map { WatchedCgroup(path: "/c\($0)", folders: [.unified: .sysfs("fs/cgroup/c\($0)")]) }
        #expect(follow(&watch, many, files).count == 1)
        #expect(watch.counts.count == PressureStallWatch.triggersMax)
        #expect(files.openCount == PressureStallWatch.triggersMax)
        // Those that are watched stay, and a place that gets free is taken.
        #expect(follow(&watch, [app] + many, files).isEmpty)
        #expect(files.openCount == PressureStallWatch.triggersMax)
        _ = follow(&watch, [app] + many.dropFirst(), files)
        #expect(files.openCount == PressureStallWatch.triggersMax)
        #expect(watch.counts.contains { $0.labels["cgroup"] == "/app" })
    }

    @Test("stand on the page with their beginning, and the last one only once there was one")
    func samples() {
        let pass = CollectorPass(of: PressureCollector.self, on: InMemoryHostFiles(), stalls: FixedStalls.counts)
        let stalls = pass.families.first { $0.descriptor.name == "latencyd_pressure_stalls" }
        #expect(stalls?.samples.map(\.value) == [.number(0), .number(3)])
        #expect(stalls?.samples.map(\.createdSeconds) == [1_700_000_000, 1_700_000_000])
        let seen = pass.families.first { $0.descriptor.name.hasSuffix("last_seen_timestamp_seconds") }
        #expect(seen?.samples == [Sample(["resource": "io", "kind": "some"], 1_700_000_100)])
    }
}

/// A host whose triggers tell nothing by themselves.
// Safe because one test owns it and runs on one thread.
private final class StallHost: HostFiles, @unchecked Sendable {
    private(set) var asked: [(path: HostPath, threshold: PressureThreshold)] = []
    private var triggers: [WeakTrigger] = []
    var error: HostFileError?

    private struct WeakTrigger {
        let place: Int
        weak var trigger: PressureTrigger?
    }

    init(refusing error: HostFileError? = nil) { self.error = error }

    var openCount: Int { triggers.count { $0.trigger != nil } }

    func descriptor(of path: HostPath, full: Bool) -> Int32? {
        triggers.first { asked[$0.place].path == path && asked[$0.place].threshold.countsFull == full }?.trigger?
            .descriptor
    }

    func pressureTrigger(
        _ path: HostPath, _ threshold: PressureThreshold
    ) throws(HostFileError) -> PressureTrigger {
        asked.append((path, threshold))
        if let error { throw error }
        let trigger = PressureTrigger.unarmed()
        triggers.removeAll { $0.trigger == nil }
        triggers.append(WeakTrigger(place: asked.count - 1, trigger: trigger))
        return trigger
    }

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] { throw .absent }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] { throw .absent }
}
