public import Platform

/// Finds the processes and cgroups that are watched, again and again.
///
/// It is told the time and who pushed, and holds no thread: the owner calls ``scan(_:pushers:at:)`` before collectors
/// run, which does something every ``WatchLimits/scanSeconds`` only.
public struct WatchRoster: Sendable {
    private var settings: WatchSettings
    /// What was found last.
    public private(set) var watched = Watched()
    /// Every process that was looked at, by pid.
    private var known: [Int32: KnownProcess] = [:]
    /// Those who push, the most recent last.
    private var pushers: [Int32] = []
    /// When each of them was last seen to push, to within a scan.
    private var pushed: [Int32: Duration] = [:]
    private var scanCount = 0
    private var due: Duration?
    private var isDenialTold = false

    /// What remains in mind of a process.
    private struct KnownProcess: Sendable {
        /// nil for one that no rule matches and that does not push.
        var watched: WatchedProcess?
        /// In how many scans it was looked at.
        var looks = 1
    }

    public init(_ settings: WatchSettings = WatchSettings()) { self.settings = settings }

    /// Takes other settings, and looks anew at the next scan.
    public mutating func apply(_ settings: WatchSettings) {
        guard settings != self.settings else { return }
        self.settings = settings
        known = [:]
        if !settings.includesPushers {
            pushers = []
            pushed = [:]
        }
        due = nil
    }

    /// Whether a scan would do something now.
    public func isDue(at now: Duration) -> Bool { due.map { $0 <= now } ?? true }

    /// Looks, when it is time, what there is to watch. Returns what should be logged.
    ///
    /// - Parameter recent: asked for the processes that pushed since the last scan, the most recent last.
    public mutating func scan(
        _ files: any HostFiles, pushers recent: () -> [Int32], at now: Duration
    ) -> [CollectorNote] {
        guard isDue(at: now) else { return [] }
        due = now + .seconds(WatchLimits.scanSeconds)
        scanCount += 1
        let pids = recent()
        if settings.includesPushers { remember(pids, at: now) }
        var found = Watched(revision: watched.revision)
        var notes: [CollectorNote] = []
        findProcesses(files, at: now, &found, &notes)
        findCgroups(files, &found)
        if found.revision == 0 || found.processes != watched.processes || found.cgroups != watched.cgroups {
            found.revision += 1
        }
        watched = found
        return notes
    }

    // MARK: Processes

    private mutating func remember(_ pids: [Int32], at now: Duration) {
        guard !pids.isEmpty else { return }
        let fresh = Set(pids)
        pushers.removeAll { fresh.contains($0) }
        var seen: Set<Int32> = []
        // The last mention counts: it is the most recent.
        pushers += pids.reversed().filter { $0 > 0 && seen.insert($0).inserted }.reversed()
        for pid in seen { pushed[pid] = now }
    }

    private mutating func findProcesses(
        _ files: any HostFiles, at now: Duration, _ found: inout Watched, _ notes: inout [CollectorNote]
    ) {
        let namesProcesses = settings.rules.contains { $0.subject != .cgroup }
        let listed = namesProcesses ? Self.pids(files) : []
        let pushing = Set(pushers)
        let living = Set(listed).union(pushing)
        known = known.filter { living.contains($0.key) }
        look(at: listed.filter { !pushing.contains($0) }, files, isPusher: false, &notes)
        look(at: pushers, files, isPusher: true, &notes)
        pushers.removeAll { known[$0]?.watched == nil }

        let all = known.values.compactMap(\.watched)
        let named = all.filter { $0.reason == .named }.sorted { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }
        let onlyPushing = pushers.filter { known[$0]?.watched?.reason == .pusher }
        // Those over the limit are forgotten until they push again.
        let kept = mostWorthWatching(onlyPushing, at: now)
        found.omitted.processes = max(0, named.count - WatchLimits.processesMax)
        found.omitted.pushers = onlyPushing.count - kept.count
        let dropped = Set(onlyPushing).subtracting(kept)
        pushers.removeAll { dropped.contains($0) }
        let remembered = Set(pushers)
        pushed = pushed.filter { remembered.contains($0.key) }
        found.processes = named.prefix(WatchLimits.processesMax) + kept.compactMap { known[$0]?.watched }
        found.processes.sort { $0.pid < $1.pid }
    }

    /// As many of those who push as may be watched. Those that are watched already stay, or a crowd of pushers would
    /// have other series after every scan; only one that was quiet for long makes room. Then the most recent ones.
    private func mostWorthWatching(_ pushers: [Int32], at now: Duration) -> [Int32] {
        guard pushers.count > WatchLimits.pushersMax else { return pushers }
        let before = Set(watched.processes.lazy.filter { $0.reason == .pusher }.map(\.pid))
        func isQuiet(_ pid: Int32) -> Bool {
            now - (pushed[pid] ?? now) >= .seconds(WatchLimits.pusherQuietSeconds)
        }
        let mostRecentFirst = pushers.reversed()
        let staying = mostRecentFirst.filter { before.contains($0) && !isQuiet($0) }
        let coming = mostRecentFirst.filter { !before.contains($0) }
        let quiet = mostRecentFirst.filter { before.contains($0) && isQuiet($0) }
        return Array((staying + coming + quiet).prefix(WatchLimits.pushersMax))
    }

    private static func pids(_ files: any HostFiles) -> [Int32] {
        let names = (try? files.list(.top(of: .procfs))) ?? []
        return names.compactMap { name in
            KernelText.decimal(name.utf8, in: 1...Int64(Int32.max)).map { Int32($0) }
        }
        .sorted()
    }

    /// Looks at new processes, at those seen once (who forks mostly calls exec, or is moved, soon), at those that are
    /// watched, and at a part of the others.
    private mutating func look(
        at pids: [Int32], _ files: any HostFiles, isPusher: Bool, _ notes: inout [CollectorNote]
    ) {
        var newcomers = 0
        for pid in pids {
            let before = known[pid]
            if let before {
                let isTurn = (Int(pid) + scanCount).isMultiple(of: WatchLimits.scansPerRound)
                guard before.looks < 2 || before.watched != nil || isTurn || isPusher else { continue }
            } else {
                newcomers += 1
                if newcomers > WatchLimits.newProcessesPerScanMax { continue }
            }
            // Where the number has come to another process meanwhile, that one has not pushed yet.
            guard let identity = ProcessIdentity(pid, files),
                !isPusher || before?.watched.map({ $0.startTicks == identity.startTicks }) ?? true
            else {
                known[pid] = nil
                continue
            }
            let watched = process(pid, identity, isPusher: isPusher)
            known[pid] = KnownProcess(watched: watched, looks: min((before?.looks ?? 0) + 1, 2))
            if identity.isExecutableDenied { tellDenial(&notes) }
        }
    }

    private func process(_ pid: Int32, _ identity: ProcessIdentity, isPusher: Bool) -> WatchedProcess? {
        let rule = settings.rules.first { identity.matches($0) }
        guard rule != nil || isPusher else { return nil }
        return WatchedProcess(
            pid: pid, startTicks: identity.startTicks, name: rule?.name ?? identity.comm,
            reason: rule == nil ? .pusher : .named,
            cgroups: Array(Set(identity.membership?.paths.values.map { $0 } ?? [])).sorted(),
            unit: identity.membership?.unit)
    }

    private mutating func tellDenial(_ notes: inout [CollectorNote]) {
        guard !isDenialTold, settings.rules.contains(where: { $0.subject == .process }) else { return }
        isDenialTold = true
        notes.append(
            CollectorNote(
                collector: "process", level: .info,
                message: "watch: the executables of other users' processes cannot be read; 'process' patterns are "
                    + "compared with the first argument and the process name instead (see docs/permissions.md)"))
    }

    // MARK: Cgroups

    private func findCgroups(_ files: any HostFiles, _ found: inout Watched) {
        let rules = settings.rules.filter { $0.subject == .cgroup }
        guard !rules.isEmpty || !found.processes.isEmpty else { return }
        let tree = CgroupTree(files)
        var foldersLeft = WatchLimits.cgroupFoldersPerScanMax
        let named = rules.isEmpty ? [] : tree.paths(matching: rules, files, foldersLeft: &foldersLeft)
        let own = Set(found.processes.flatMap(\.cgroups)).sorted()
        let above = Set(own.flatMap(Self.ancestors)).sorted()
        var seen: Set<String> = []
        for path in named + own + above + ["/"] where seen.insert(path).inserted {
            // A place that is taken is worth more than the exact number of those left out.
            if found.cgroups.count == WatchLimits.cgroupsMax {
                if path != "/" { found.omitted.cgroups += 1 }
                continue
            }
            if let cgroup = tree.cgroup(at: path, files) { found.cgroups.append(cgroup) }
        }
        found.cgroups.sort { $0.path < $1.path }
    }

    /// `/a/b/c` gives `/a/b` and `/a`.
    private static func ancestors(of path: String) -> [String] {
        let parts = path.split(separator: "/")
        return (1..<max(parts.count, 1)).map { "/" + parts.prefix($0).joined(separator: "/") }
    }
}
