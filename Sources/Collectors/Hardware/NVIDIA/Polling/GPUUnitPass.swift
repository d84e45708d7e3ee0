import Platform

/// One pass over one GPU: asks for what is due, and puts the answers into its readings.
struct GPUUnitPass {
    let nvml: any NVML
    let watch: GPUCallWatch
    var unit: GPUUnit
    let now: Double
    let intervalSeconds: Double
    /// The signals that need two samples with a pause between them.
    var performanceDue: [Int] = []
    private var fieldsDue: [Int] = []

    init(nvml: any NVML, watch: GPUCallWatch, unit: GPUUnit, now: Double, intervalSeconds: Double) {
        self.nvml = nvml
        self.watch = watch
        self.unit = unit
        self.now = now
        self.intervalSeconds = intervalSeconds
    }

    mutating func run() throws(GPUPassFailure) {
        guard let handle = unit.handle else { return }
        let due = unit.book.due(at: now, intervalSeconds: intervalSeconds)
        var cadences: Set<GPUCadence> = []
        for index in due {
            cadences.insert(unit.book.signal(index).cadence)
            guard try ask(index, handle) else { return }
        }
        while !fieldsDue.isEmpty {
            let batch = Array(fieldsDue.prefix(GPUPoller.fieldsPerCall))
            fieldsDue.removeFirst(batch.count)
            guard try askFields(batch, handle) else { return }
        }
        if cadences.contains(.quick) { unit.readings.readAtSeconds = now }
        if cadences.contains(.slow) { unit.readings.slowReadAtSeconds = now }
        if cadences.contains(.steady) { unit.readings.steadyReadAtSeconds = now }
    }

    // MARK: One signal

    /// Asks in one way after the other. False when the GPU is lost.
    private mutating func ask(_ index: Int, _ handle: NVMLDevice) throws(GPUPassFailure) -> Bool {
        let signal = unit.book.signal(index)
        if let link = signal.link, unit.readings.links[link]?.state != 1 {
            clear(signal)
            return true
        }
        while true {
            let code: NVMLReturn
            switch unit.book.way(index) {
            case .field:
                fieldsDue.append(index)
                return true
            case .number(let number, let place, let factor):
                code = read(number, place, factor, signal, handle)
            case .list(.performance):
                // An answer comes later.
                code = askPerformance(handle)
                if code == .success {
                    performanceDue.append(index)
                    return true
                }
            case .list(let list):
                code = read(list, signal, handle)
            }
            guard let goesOn = try react(to: code, index, in: function(index)) else { continue }
            return goesOn
        }
    }

    /// The function that the driver is asked by, for messages.
    private func function(_ index: Int) -> String {
        switch unit.book.way(index) {
        case .field: "nvmlDeviceGetFieldValues"
        case .number(let number, _, _): number.symbol
        case .list: unit.book.signal(index).name
        }
    }

    /// nil: ask in the next way. False: the GPU is lost.
    private mutating func react(
        to code: NVMLReturn, _ index: Int, in function: String
    ) throws(GPUPassFailure) -> Bool? {
        switch unit.book.record(code, for: index, at: now, intervalSeconds: intervalSeconds) {
        case .take: return true
        case .none:
            clear(unit.book.signal(index), isMomentary: NVMLMeaning(code) == .nothingNow)
            return true
        case .askOtherwise:
            clear(unit.book.signal(index))
            return nil
        case .deviceLost(let code):
            unit.lose(code)
            return false
        case .driverGone(let code): throw GPUPassFailure(function: function, code: code)
        case .mismatch: throw GPUPassFailure(function: function, code: code)
        }
    }

    private mutating func read(
        _ number: NVMLNumber, _ place: GPUPlace, _ factor: Double, _ signal: GPUSignal, _ handle: NVMLDevice
    ) -> NVMLReturn {
        do {
            let value = try watch.during(number.symbol, gpu: unit.device.index) { () throws(NVMLReturn) in
                try nvml.number(number, of: handle)
            }
            unit.readings[keyPath: place] = GPUValue.checked(value, of: signal.name).map { $0 * factor }
            return .success
        } catch {
            return error
        }
    }

    // MARK: Fields

    private mutating func askFields(_ batch: [Int], _ handle: NVMLDevice) throws(GPUPassFailure) -> Bool {
        let function = "nvmlDeviceGetFieldValues"
        let fields = batch.compactMap { index in
            if case .field(let field, _, _) = unit.book.way(index) { field } else { nil }
        }
        let results: [Result<Double, NVMLReturn>]
        do {
            results = try watch.during(function, gpu: unit.device.index) { () throws(NVMLReturn) in
                try nvml.fields(fields, of: handle)
            }
        } catch {
            // A driver may refuse all for one that it does not know.
            if batch.count > 1, error == .invalidArgument || error == .notSupported {
                for index in batch where try !askFields([index], handle) { return false }
                return true
            }
            results = batch.map { _ in .failure(error) }
        }
        for (index, result) in zip(batch, results) {
            guard try take(result, index, handle) else { return false }
        }
        return true
    }

    private mutating func take(
        _ result: Result<Double, NVMLReturn>, _ index: Int, _ handle: NVMLDevice
    ) throws(GPUPassFailure) -> Bool {
        let signal = unit.book.signal(index)
        var code = NVMLReturn.success
        switch result {
        case .success(let value):
            if case .field(_, let place, let factor) = unit.book.way(index) {
                unit.readings[keyPath: place] = GPUValue.checked(value, of: signal.name).map { $0 * factor }
            }
        case .failure(let error): code = error
        }
        guard let goesOn = try react(to: code, index, in: "nvmlDeviceGetFieldValues") else {
            return try ask(index, handle)
        }
        return goesOn
    }

    // MARK: Nothing

    /// What could not be read is absent.
    private mutating func clear(_ signal: GPUSignal, isMomentary: Bool = false) {
        for way in signal.ways {
            switch way {
            case .field(_, let place, _), .number(_, let place, _): unit.readings[keyPath: place] = nil
            case .list(let list): clear(list, isMomentary: isMomentary)
            }
        }
    }
}

/// What a driver's number may be.
enum GPUValue {
    /// nil for what stands for "not known".
    static func checked(_ value: Double, of signal: String) -> Double? {
        guard value.isFinite, value != Double(UInt32.max) else { return nil }
        switch signal {
        // 32 is "unknown".
        case "performance_state": return value < 16 ? value : nil
        // Some drivers give 0 for memory without a sensor.
        case "memory_temperature": return value > 0 ? value : nil
        case let name where name.hasPrefix("utilization_"): return percent(value)
        default: return value
        }
    }

    /// Per cent, with what rounding adds taken off.
    static func percent(_ value: Double) -> Double? { (0..<105).contains(value) ? min(value, 100) : nil }

    static func ratio(_ percent: Double) -> Double? { self.percent(percent).map { $0 / 100 } }
}
