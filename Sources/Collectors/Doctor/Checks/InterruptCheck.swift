import Platform

/// Interrupts that gather on few CPUs.
enum InterruptCheck: HostCheck {
    static let id = "interrupts"
    static let title = "Interrupts"

    /// The busiest CPU over the mean of all.
    static let imbalance = 4.0
    /// Interrupts a second of devices on one CPU, from which on they take it noticeable time: some 2 µs each.
    static let perSecond = 10_000.0

    /// The same on a CPU to which a process that uses a GPU, or is watched, is pinned.
    static let perSecondWherePinned = 1_000.0

    private static let interrupts = HostPath.procfs("interrupts")

    static func sampledPaths(on host: DoctorHost) -> [HostPath] { [interrupts] }

    static func examine(_ examination: inout Examination) {
        guard let (before, now) = examination.readTwice(interrupts, PerCPUTable.init),
            let work = DeviceInterrupts(from: before, to: now)
        else { return examination.doesNotApply("not measured") }
        let rates = work.totals.map { Double($0) / examination.host.elapsedSeconds }
        checkPinned(work.cpus, rates, &examination)
        let mean = rates.reduce(0, +) / Double(max(1, rates.count))
        guard let busiest = rates.indices.max(by: { rates[$0] < rates[$1] }) else { return }
        let evidence =
            "CPU \(work.cpus[busiest]) takes \(Int64(rates[busiest])) device interrupts a second, the mean is \(Int64(mean))"
        guard rates.count >= 4, rates[busiest] >= perSecond, rates[busiest] >= imbalance * mean else {
            return examination.isGood(evidence)
        }
        let source = work.busiestSource(on: busiest).map { ["most are of \(device($0, &examination))"] } ?? []
        let balancer = hasBalancer(&examination)
        examination.find(
            .warning, "CPU \(work.cpus[busiest]) takes the interrupts of many",
            evidence: [evidence] + source + [words(balancer)],
            why: "a service thread on that CPU is interrupted all the time and answers late",
            remedy: balancer == false
                ? ["sudo apt-get install irqbalance && sudo systemctl enable --now irqbalance"]
                : ["grep . /proc/irq/*/smp_affinity_list    # move some of them away from the services' CPUs"])
    }

    /// Interrupts on CPUs that somebody reserved for a process.
    private static func checkPinned(_ cpus: [Int], _ rates: [Double], _ examination: inout Examination) {
        for process in examination.processes() {
            guard let allowed = examination.allowedCPUs(of: process), !allowed.isSuperset(of: cpus) else { continue }
            let loud = zip(cpus, rates).filter { allowed.contains($0) && $1 >= perSecondWherePinned }
            guard let (cpu, rate) = loud.max(by: { $0.1 < $1.1 }) else { continue }
            examination.find(
                .warning, "\(process.title) is pinned to CPUs that devices interrupt",
                evidence: [
                    "CPU \(cpu) takes \(Int64(rate)) device interrupts a second",
                    "it may use \(CPUList.text(allowed))",
                ],
                why: process.gpus.isEmpty
                    ? "each interrupt stops one of its threads" : "each interrupt stops the thread that feeds the GPU",
                remedy: ["grep . /proc/irq/*/smp_affinity_list    # move the busy ones to other CPUs, by writing there"]
            )
        }
    }

    /// Who raises an interrupt, as its driver calls it.
    private static func device(_ interrupt: String, _ examination: inout Examination) -> String {
        let actions = examination.read(.sysfs("kernel/irq/\(interrupt)/actions"), KernelText.word)
        return actions.map { "\($0) (interrupt \(interrupt))" } ?? "interrupt \(interrupt)"
    }

    /// Whether irqbalance runs; nil where that cannot be seen.
    private static func hasBalancer(_ examination: inout Examination) -> Bool? {
        let processes = examination.names(in: .top(of: .procfs)).filter { name in
            name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        var isUnknown = examination.hidesProcesses()
        for process in processes {
            do {
                let content = try examination.host.files.read(.procfs(process) / "comm")
                if KernelText.word(content) == "irqbalance" { return true }
            } catch {
                // It may have ended.
                if error != .absent { isUnknown = true }
            }
        }
        guard isUnknown else { return false }
        examination.doNotKnow("whether irqbalance runs: \(Examination.hiddenProcesses)")
        return nil
    }

    private static func words(_ hasBalancer: Bool?) -> String {
        switch hasBalancer {
        case true?: "irqbalance runs"
        case false?: "irqbalance does not run"
        case nil: "whether irqbalance runs is not known"
        }
    }
}

/// Interrupts of devices between two looks, by CPU.
private struct DeviceInterrupts {
    /// The numbers of the CPUs that are on, in the order of the columns.
    let cpus: [Int]
    /// Of all devices, by column.
    let totals: [UInt64]
    /// The interrupt that grew most, by column; nil where none did.
    private let busiest: [String?]

    /// nil when other CPUs were on.
    init?(from before: PerCPUTable, to now: PerCPUTable) {
        guard before.cpus == now.cpus else { return nil }
        var places: [String: Int] = [:]
        for (place, name) in before.names.enumerated() { places[name] = place }
        var totals = [UInt64](repeating: 0, count: now.cpus.count)
        var most = [UInt32](repeating: 0, count: now.cpus.count)
        var busiest = [String?](repeating: nil, count: now.cpus.count)
        for (row, name) in now.names.enumerated() where InterruptText.isDevice(name) {
            guard let place = places[name] else { continue }
            for (column, (first, last)) in zip(before.row(place), now.row(row)).enumerated() {
                let increase = ContinuedCounter.increase(from: first, to: last)
                totals[column] += UInt64(increase)
                guard increase > most[column] else { continue }
                most[column] = increase
                busiest[column] = name
            }
        }
        cpus = now.cpus
        self.totals = totals
        self.busiest = busiest
    }

    func busiestSource(on column: Int) -> String? { busiest[column] }
}
