import Platform

/// Interrupts that gather on few CPUs.
enum InterruptCheck: HostCheck {
    static let id = "interrupts"
    static let title = "Interrupts"

    /// The busiest CPU over the mean of all.
    static let imbalance = 4.0
    /// Interrupts a second of devices on one CPU, from which on they take it noticeable time: some 2 µs each.
    static let perSecond = 10_000.0

    /// The same on a CPU to which a process that uses a GPU is pinned.
    static let perSecondWherePinned = 1_000.0

    private static let interrupts = HostPath.procfs("interrupts")

    static func sampledPaths(on files: any HostFiles) -> [HostPath] { [interrupts] }

    static func examine(_ examination: inout Examination) {
        guard let (before, now) = examination.readTwice(interrupts, InterruptTable.init) else {
            if examination.host.elapsedSeconds == 0 { examination.doesNotApply("not measured") }
            return
        }
        let rates = now.deviceTotals(since: before).map { Double($0) / examination.host.elapsedSeconds }
        checkPinned(now.cpus, rates, &examination)
        let mean = rates.reduce(0, +) / Double(max(1, rates.count))
        guard let busiest = rates.indices.max(by: { rates[$0] < rates[$1] }) else { return }
        let evidence =
            "CPU \(now.cpus[busiest]) takes \(Int64(rates[busiest])) device interrupts a second, the mean is \(Int64(mean))"
        guard rates.count >= 4, rates[busiest] >= perSecond, rates[busiest] >= imbalance * mean else {
            return examination.isGood(evidence)
        }
        let source = now.busiestSource(on: busiest, since: before).map { ["most are of \($0)"] } ?? []
        let balancer = hasBalancer(examination.host.files)
        examination.find(
            .warning, "CPU \(now.cpus[busiest]) takes the interrupts of many",
            evidence: [evidence] + source + ["irqbalance \(balancer ? "runs" : "does not run")"],
            why: "a service thread on that CPU is interrupted all the time and answers late",
            remedy: balancer
                ? ["grep . /proc/irq/*/smp_affinity_list    # move some of them away from the services' CPUs"]
                : ["sudo apt-get install irqbalance && sudo systemctl enable --now irqbalance"])
    }

    /// Interrupts on CPUs that somebody reserved for a process.
    private static func checkPinned(_ cpus: [Int], _ rates: [Double], _ examination: inout Examination) {
        let users = examination.host.gpus.devices.flatMap { $0.readings?.processes.all.map(\.pid) ?? [] }
        for pid in Set(users).sorted() {
            guard let allowed = examination.allowedCPUs(of: pid), !allowed.isSuperset(of: cpus) else { continue }
            let loud = zip(cpus, rates).filter { allowed.contains($0) && $1 >= perSecondWherePinned }
            guard let (cpu, rate) = loud.max(by: { $0.1 < $1.1 }) else { continue }
            let command = examination.read(.procfs("\(pid)/comm"), CheckText.line) ?? "process"
            examination.find(
                .warning, "\(command) (\(pid)) is pinned to CPUs that devices interrupt",
                evidence: [
                    "CPU \(cpu) takes \(Int64(rate)) device interrupts a second",
                    "it may use \(CheckText.list(allowed))",
                ],
                why: "each interrupt stops the thread that feeds the GPU",
                remedy: ["grep . /proc/irq/*/smp_affinity_list    # move the busy ones to other CPUs, by writing there"]
            )
        }
    }

    private static func hasBalancer(_ files: any HostFiles) -> Bool {
        let processes = (try? files.list(.top(of: .procfs))) ?? []
        return processes.contains { name in
            guard name.utf8.allSatisfy({ (48...57).contains($0) }),
                let content = try? files.read(.procfs(name) / "comm")
            else { return false }
            return KernelText.word(content) == "irqbalance"
        }
    }
}

/// `/proc/interrupts`: how often each CPU was interrupted by each source.
struct InterruptTable {
    /// The numbers of the CPUs that are on, in the order of the columns.
    let cpus: [Int]
    private var rows: [String: (counts: [Int64], name: String)] = [:]

    init?(_ text: String) {
        var lines = text.split(separator: "\n")[...]
        guard let head = lines.popFirst() else { return nil }
        cpus = head.split(separator: " ").compactMap { $0.hasPrefix("CPU") ? Int($0.dropFirst(3)) : nil }
        guard !cpus.isEmpty else { return nil }
        for line in lines {
            let fields = line.split(separator: " ")
            // Only devices have numbers: NMI, LOC, RES and the like are every CPU's own affair.
            guard let label = fields.first?.dropLast(), Int(label) != nil, fields.count > cpus.count else { continue }
            let counts = fields[1...cpus.count].compactMap { CheckText.number($0) }
            guard counts.count == cpus.count else { continue }
            rows[String(label)] = (counts, fields.last.map(String.init) ?? String(label))
        }
    }

    /// Of all devices, by column.
    func deviceTotals(since before: InterruptTable) -> [Int64] {
        cpus.indices.map { column in rows.keys.reduce(0) { $0 &+ growth(of: $1, column, since: before) } }
    }

    func busiestSource(on column: Int, since before: InterruptTable) -> String? {
        let label = rows.keys.max { growth(of: $0, column, since: before) < growth(of: $1, column, since: before) }
        return label.flatMap { label in rows[label].map { "\($0.name) (interrupt \(label))" } }
    }

    private func growth(of label: String, _ column: Int, since before: InterruptTable) -> Int64 {
        guard before.cpus == cpus, let now = rows[label], let then = before.rows[label] else { return 0 }
        return max(0, now.counts[column] - then.counts[column])
    }
}
