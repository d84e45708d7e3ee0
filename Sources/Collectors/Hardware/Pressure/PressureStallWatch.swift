public import Platform
import Telemetry

/// Has the kernel tell of stalls that are too short to be seen between two readings, and counts them.
///
/// At rest this costs nothing: the kernel looks only while tasks wait, and tells at most once in a window. Owned by the
/// thread whose ``EventPoll`` waits for the triggers.
/// Source: Documentation/accounting/psi.rst of the kernel.
public struct PressureStallWatch {
    /// The least waiting within a window that is a stall, seconds.
    public static let stallSeconds = 0.15
    /// The time within which the waiting is summed up, seconds. Without privileges the kernel takes multiples of 2 s.
    public static let windowSeconds = 2.0
    /// The most triggers, each of which is an open file.
    public static let triggersMax = 256

    /// A file that takes no trigger is tried again after so many calls of ``follow(_:_:at:poll:)``: it may be a service
    /// that was just being restarted.
    static let roundsUntilRetry = 6

    private struct Source: Hashable {
        let resource: String
        let isFull: Bool
        /// nil for the host.
        let cgroup: WatchedCgroup?

        var path: HostPath? {
            guard let cgroup else { return .procfs("pressure") / resource }
            return cgroup.folders[.unified].map { $0 / (resource + ".pressure") }
        }

        var labels: LabelSet {
            let own: LabelSet = ["resource": resource, "kind": isFull ? "full" : "some"]
            return cgroup.map { own.adding([Label("cgroup", $0.path)]) } ?? own
        }
    }

    private struct Watching {
        let source: Source
        /// nil once the file is broken: its cgroup was removed, and may be made again under its path.
        var trigger: PressureTrigger?
        var count: PressureStallCount
    }

    /// Of the host all tasks together cannot wait for CPU; interrupts keep all from running, or none.
    private static let kinds = [
        ("cpu", false), ("io", false), ("io", true), ("irq", true), ("memory", false), ("memory", true),
    ]

    private var watching: [Watching] = []
    /// Those whose file takes no trigger, with the rounds that are left until it is tried again.
    private var refused: [Source: Int] = [:]
    private var told: Set<String> = []

    public init() {}

    /// What was counted so far, the host's first.
    public var counts: [PressureStallCount] { watching.map(\.count) }

    /// Watches the host and these cgroups from now on; nil: nothing. Those that were watched before keep their counts.
    ///
    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - poll: has its owner told of a trigger's descriptor; false when that is not possible.
    /// - Returns: what should be logged.
    public mutating func follow(
        _ cgroups: [WatchedCgroup]?, _ files: any HostFiles, at now: Double, poll: (Int32) -> Bool
    ) -> [CollectorNote] {
        let sources = cgroups.map { Self.sources(of: $0) } ?? []
        var notes: [CollectorNote] = []
        var before = Dictionary(watching.map { ($0.source, $0) }) { first, _ in first }
        let wanted = Set(sources)
        refused = refused.filter { wanted.contains($0.key) }.mapValues { $0 - 1 }
        watching = []
        var openCount = before.values.count { $0.trigger != nil && wanted.contains($0.source) }
        for source in sources {
            let known = before.removeValue(forKey: source)
            if let known, known.trigger != nil {
                watching.append(known)
            } else if let path = source.path, refused[source, default: 0] <= 0,
                let trigger = trigger(source, path, files, hasRoom: openCount < Self.triggersMax, poll, &notes)
            {
                openCount += 1
                refused[source] = nil
                watching.append(
                    Watching(
                        source: source, trigger: trigger,
                        count: known?.count ?? PressureStallCount(source.labels, createdSeconds: now)))
            }
        }
        return notes
    }

    /// Counts an event of a descriptor. One that is broken is closed.
    public mutating func take(_ descriptor: Int32, isBroken: Bool, at now: Double) {
        guard let place = watching.firstIndex(where: { $0.trigger?.descriptor == descriptor }) else { return }
        if isBroken {
            watching[place].trigger = nil
        } else {
            watching[place].count.count += 1
            watching[place].count.lastSeenSeconds = now
        }
    }

    private static func sources(of cgroups: [WatchedCgroup]) -> [Source] {
        let all = [nil] + cgroups.map(Optional.some)
        return all.flatMap { cgroup in
            kinds.map { Source(resource: $0.0, isFull: $0.1, cgroup: cgroup) }
        }
    }

    /// A new trigger; nil where there can be none for now.
    private mutating func trigger(
        _ source: Source, _ path: HostPath, _ files: any HostFiles, hasRoom: Bool, _ poll: (Int32) -> Bool,
        _ notes: inout [CollectorNote]
    ) -> PressureTrigger? {
        do throws(HostFileError) {
            // Room may come with any round, and costs nothing to look for.
            guard hasRoom else {
                tell(source, path, .tooManyNames(limit: Self.triggersMax), &notes)
                return nil
            }
            let threshold = PressureThreshold(
                countsFull: source.isFull, stallMicroseconds: Int(Self.stallSeconds * 1e6),
                windowMicroseconds: Int(Self.windowSeconds * 1e6))
            let trigger = try files.pressureTrigger(path, threshold)
            if poll(trigger.descriptor) { return trigger }
        } catch {
            tell(source, path, error, &notes)
        }
        refused[source] = Self.roundsUntilRetry
        return nil
    }

    /// A kernel without the file, or without pressure, has nothing to tell.
    private mutating func tell(
        _ source: Source, _ path: HostPath, _ error: HostFileError, _ notes: inout [CollectorNote]
    ) {
        if error == .absent || error == .notSupported { return }
        let whose = source.cgroup == nil ? "the host" : "cgroups"
        let message: String
        if case .tooManyNames = error {
            message = "stalls of no more than \(Self.triggersMax) pressure files are counted"
        } else {
            message = "short stalls of \(whose) are not counted: the kernel takes no trigger on \(path): \(error)"
        }
        guard told.insert(whose + "\(error)").inserted else { return }
        notes.append(
            CollectorNote(collector: PressureCollector.id, level: .info, message: "collector pressure: \(message)"))
    }
}
