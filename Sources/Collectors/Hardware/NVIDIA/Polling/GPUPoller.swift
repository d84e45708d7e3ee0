import Platform

/// Asks every GPU what is due. Owned by one thread, which may be held up by the driver in any call.
struct GPUPoller {
    /// The most GPUs of a host; further ones are not asked.
    static let devicesMax = 64
    /// The most fields that one call asks for.
    static let fieldsPerCall = 128

    let nvml: any NVML
    let watch: GPUCallWatch
    var units: [GPUUnit] = []
    private(set) var notes: [CollectorNote] = []
    private var retryDue = 0.0
    var performanceDue: [(unit: Int, signal: Int)] = []

    init(nvml: any NVML, watch: GPUCallWatch) {
        self.nvml = nvml
        self.watch = watch
    }

    var devices: [GPUDevice] { units.map(\.shown) }

    mutating func takeNotes() -> [CollectorNote] {
        defer { notes = [] }
        return notes
    }

    mutating func note(_ level: CollectorNote.Level, _ message: String) {
        notes.append(CollectorNote(collector: NVIDIACollector.id, level: level, message: message))
    }

    // MARK: Listing

    /// Lists the GPUs.
    mutating func list(at now: Double) throws(GPUPassFailure) {
        let count: Int
        do {
            count = try watch.during("nvmlDeviceGetCount") { () throws(NVMLReturn) in try nvml.deviceCount() }
        } catch {
            throw GPUPassFailure(function: "nvmlDeviceGetCount", code: error)
        }
        units = []
        for index in 0..<min(count, Self.devicesMax) { units.append(try unit(at: index)) }
        retryDue = now + 60
        if count > Self.devicesMax { note(.warning, "\(count) GPUs, of which \(Self.devicesMax) are asked") }
    }

    private mutating func unit(at index: Int) throws(GPUPassFailure) -> GPUUnit {
        let function = "nvmlDeviceGetHandleByIndex"
        do {
            let handle = try watch.during(function, gpu: index) { () throws(NVMLReturn) in try nvml.device(at: index) }
            return opened(handle, index)
        } catch {
            var unit = GPUUnit(device: GPUDevice(index: index), handle: nil)
            switch NVMLMeaning(error) {
            case .driverGone, .mismatch: throw GPUPassFailure(function: function, code: error)
            case .deviceLost: unit.lose(error)
            case .denied:
                unit.device.condition = .noPermission
                unit.device.message = "\(error); let the daemon's user open /dev/nvidia*"
            case .blocked:
                unit.device.condition = .noPermission
                unit.device.message = "\(error); the unit needs DeviceAllow=char-nvidia* rw, a container the device"
            default:
                unit.device.condition = .unavailable
                unit.device.message = "\(function): \(error)"
            }
            note(.warning, "\(unit.title): \(unit.device.condition.rawValue): \(unit.device.message ?? "")")
            return unit
        }
    }

    private func opened(_ handle: NVMLDevice, _ index: Int) -> GPUUnit {
        func text(_ question: NVMLText) -> String? {
            try? watch.during(question.rawValue, gpu: index) { () throws(NVMLReturn) in
                try nvml.text(question, of: handle)
            }
        }
        let identity = GPUIdentity(uuid: text(.uuid), name: text(.name), pciBusID: text(.pciBusID))
        return GPUUnit(
            device: GPUDevice(index: index, identity: identity), handle: handle,
            linkCount: linkCount(handle, index))
    }

    /// The number of NVLinks. Where there is no such field, the links that have a state are counted.
    private func linkCount(_ handle: NVMLDevice, _ index: Int) -> Int {
        let field = try? watch.during("nvmlDeviceGetFieldValues", gpu: index) { () throws(NVMLReturn) in
            try nvml.fields([GPUSignalTable.linkCount], of: handle).first
        }
        if case .success(let count)? = field, (0...Double(GPUSignalTable.linksMax)).contains(count) {
            return Int(count)
        }
        let links = (0..<UInt32(GPUSignalTable.linksMax)).prefix { link in
            let question = NVMLNumber.nvLinkState(link: link)
            let state = try? watch.during(question.symbol, gpu: index) { () throws(NVMLReturn) in
                try nvml.number(question, of: handle)
            }
            return state != nil
        }
        return links.count
    }

    // MARK: Passes

    /// One pass over all GPUs.
    ///
    /// - Parameter pause: sleeps between the two performance samples, in seconds; false when the daemon stops.
    mutating func pass(
        at now: Double, intervalSeconds: Double, pause: (Double) -> Bool = { _ in true }
    ) throws(GPUPassFailure) {
        try retryUnavailable(at: now)
        performanceDue = []
        for index in units.indices where units[index].device.condition == .ok {
            try poll(index, at: now, intervalSeconds: intervalSeconds)
        }
        try readPerformance(at: now, intervalSeconds: intervalSeconds, pause: pause)
        for index in units.indices {
            guard let summary = units[index].book.takeSummary() else { continue }
            units[index].device.signals = summary
            tellChanges(index)
        }
    }

    /// GPUs that the driver did not hand out may come later.
    private mutating func retryUnavailable(at now: Double) throws(GPUPassFailure) {
        guard now >= retryDue else { return }
        retryDue = now + 60
        for index in units.indices where units[index].handle == nil && units[index].device.condition != .lost {
            let kept = notes
            let unit = try unit(at: index)
            // Once in the log is enough.
            notes = kept
            units[index] = unit
        }
    }

    private mutating func poll(_ index: Int, at now: Double, intervalSeconds: Double) throws(GPUPassFailure) {
        // Taken out meanwhile, so that what a pass changes is not copied.
        var unit = GPUUnit.none
        swap(&unit, &units[index])
        var pass = GPUUnitPass(nvml: nvml, watch: watch, unit: unit, now: now, intervalSeconds: intervalSeconds)
        unit = .none
        // What was read before a failure is kept.
        defer {
            units[index] = pass.unit
            performanceDue += pass.performanceDue.map { (index, $0) }
        }
        let wasDivided = pass.unit.readings.mig.isEnabled
        try pass.run()
        if pass.unit.device.condition == .lost {
            note(.warning, "\(pass.unit.title): lost: \(pass.unit.device.message ?? "")")
        }
        let isDivided = pass.unit.readings.mig.isEnabled
        if let wasDivided, let isDivided, wasDivided != isDivided {
            note(.info, "\(pass.unit.title): MIG was switched \(isDivided ? "on" : "off"), all signals are tried anew")
            pass.unit.forgetSignals()
            pass.performanceDue = []
            try pass.run()
        }
    }

    /// One line per GPU and kind of change.
    private mutating func tellChanges(_ index: Int) {
        let changes = units[index].book.takeChanges()
        let title = units[index].title
        func names(_ standing: GPUSignalStanding) -> [String] {
            Set(changes.filter { $0.standing == standing }.map(\.signal)).sorted()
        }
        let unsupported = names(.unsupported)
        if !unsupported.isEmpty {
            note(.info, "\(title): this GPU or its driver does not have: \(unsupported.joined(separator: ", "))")
        }
        let denied = names(.denied)
        if !denied.isEmpty {
            note(.warning, "\(title): no permission to read: \(denied.joined(separator: ", ")); not asked again")
        }
        for change in changes where change.standing == .failing {
            let remedy = change.code == .operatingSystem ? "; does the unit have DeviceAllow=char-nvidia* rw?" : ""
            note(.warning, "\(title): \(change.signal) failed: \(change.code)\(remedy); asked more seldom")
        }
    }
}
