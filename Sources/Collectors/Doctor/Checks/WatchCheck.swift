import Platform
import Telemetry

/// Whether what `hardware.watch` names is on this host: the other checks look at it, too.
enum WatchCheck: HostCheck {
    static let id = "watched"
    static let title = "Watched processes"

    static func examine(_ examination: inout Examination) {
        let watch = examination.host.watch
        if watch.rules.isEmpty { return examination.doesNotApply("hardware.watch names none") }
        let omitted = watch.watched.omitted.processes + watch.watched.omitted.cgroups
        if omitted > 0 { examination.doNotKnow("\(omitted) more match than are watched; name fewer of them") }
        for rule in watch.rules {
            let words = "\(rule.subject.rawValue): \(rule.pattern.pattern)"
            let matches = matches(rule, watch.watched, examination.host.files)
            if matches.isEmpty {
                isMissing(rule, words, &examination)
            } else {
                examination.isGood(
                    "\(words) is \(matches[0])" + (matches.count > 1 ? " and \(matches.count - 1) more" : ""))
            }
        }
    }

    private static func matches(_ rule: WatchRule, _ watched: Watched, _ files: any HostFiles) -> [String] {
        if rule.subject == .cgroup { return watched.cgroups.map(\.path).filter(rule.pattern.matches) }
        return watched.processes.filter { ProcessIdentity($0.pid, files)?.matches(rule) == true }
            .map { "\($0.name) (\($0.pid))" }
    }

    private static func isMissing(_ rule: WatchRule, _ words: String, _ examination: inout Examination) {
        if rule.subject == .process, examination.host.watch.isExecutableDenied {
            let remedy = FilePermission.needed(for: .procfs("1/exe"), by: examination.host.user)
            return examination.doNotKnow("\(words): the executables of some processes may not be read; \(remedy)")
        }
        if rule.subject == .cgroup, let hidden = examination.hiddenCgroups() {
            return examination.doNotKnow("\(words): \(hidden)")
        }
        if rule.subject != .cgroup, examination.hidesProcesses() {
            return examination.doNotKnow("\(words): \(Examination.hiddenProcesses)")
        }
        examination.find(
            .info, "nothing on this host is what the configuration watches as '\(words)'",
            evidence: ["an entry of hardware.watch that no \(rule.subject == .cgroup ? "cgroup" : "process") matches"],
            why: "what it was meant for is not measured by the daemon, and not examined here",
            remedy: ["systemd-cgls; ps -eo pid,comm,args    # find how it is called now"])
    }
}

extension Examination {
    /// Why a process may be there though it is not seen.
    static let hiddenProcesses =
        "/proc hides the processes of other users (hidepid); run as root, or in the group that its option gid= names"

    /// Whether there are processes that `/proc` does not show: the first one is always there.
    mutating func hidesProcesses() -> Bool { !names(in: .top(of: .procfs)).contains("1") }
}
