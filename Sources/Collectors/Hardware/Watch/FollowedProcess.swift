import Platform
import Telemetry

/// A watched process between passes: its files, its label sets, and what its threads had counted.
struct FollowedProcess: Sendable {
    /// What makes it the same one, with the same series.
    struct Key: Hashable {
        let pid: Int32
        let startTicks: Int64
        let name: String
    }

    /// Its cgroups, and why it is watched, may change.
    var process: WatchedProcess
    let labels: LabelSet
    let userLabels: LabelSet
    let systemLabels: LabelSet
    let majorLabels: LabelSet
    let minorLabels: LabelSet
    let voluntaryLabels: LabelSet
    let involuntaryLabels: LabelSet
    let stat: HostPath
    let status: HostPath
    let tasks: HostPath

    var turns = ThreadTurns()
    /// Whether there are threads that were there and not read, since they are too many.
    var isLimited = false
    /// Whether the kernel accounts how long threads run and wait.
    var hasTimes = false
    var wait = ThreadTotal()
    var voluntary = ThreadTotal()
    var involuntary = ThreadTotal()
    /// Memory in RAM; nil when it could not be read.
    var residentBytes: Int64?
    /// By node; nil when it was not read yet.
    var placement: [(labels: LabelSet, bytes: Double)]?
    /// The list of CPUs last seen, and its labels.
    private var affinity: (text: String, labels: LabelSet)?

    init(_ process: WatchedProcess) {
        self.process = process
        let own: LabelSet = ["process": process.name, "pid": String(process.pid)]
        func labels(_ name: String, _ value: String) -> LabelSet { own.adding([Label(name, value)]) }
        self.labels = own
        userLabels = labels("mode", "user")
        systemLabels = labels("mode", "system")
        majorLabels = labels("kind", "major")
        minorLabels = labels("kind", "minor")
        voluntaryLabels = labels("kind", "voluntary")
        involuntaryLabels = labels("kind", "involuntary")
        stat = process.folder / "stat"
        status = process.folder / "status"
        tasks = process.folder / "task"
    }

    var key: Key { Key(pid: process.pid, startTicks: process.startTicks, name: process.name) }

    func nodeLabels(_ node: Int) -> LabelSet { labels.adding([Label("node", String(node))]) }

    mutating func affinityLabels(_ cpus: CPUList) -> LabelSet {
        if let affinity, affinity.text == cpus.text { return affinity.labels }
        let labels = labels.adding([Label("cpus", cpus.text)])
        affinity = (cpus.text, labels)
        return labels
    }
}
