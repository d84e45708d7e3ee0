import Platform

/// How often a signal is read.
enum GPUCadence: Sendable, CaseIterable {
    /// Each pass.
    case quick
    /// What costs more, or changes less.
    case slow
    /// What changes when a person changes it.
    case steady

    /// The least time between two readings, where the passes are `intervalSeconds` apart.
    func seconds(intervalSeconds: Double) -> Double {
        switch self {
        case .quick: intervalSeconds
        case .slow: max(10, intervalSeconds)
        case .steady: max(60, intervalSeconds)
        }
    }
}

/// Something that a GPU is asked for, and the ways to ask, the best first.
struct GPUSignal: Sendable {
    /// For the log, and the value of the label `signal`.
    let name: String
    let cadence: GPUCadence
    let ways: [GPUWay]
    /// What its value may be, in the unit in which it is shown; anything else is no value.
    private(set) var range = GPURange.counts
    /// The NVLink that it belongs to: asked only while that is active.
    var link: Int?

    init(_ name: String, _ cadence: GPUCadence, _ ways: GPUWay..., link: Int? = nil) {
        self.name = name
        self.cadence = cadence
        self.ways = ways
        self.link = link
    }
}

extension GPUSignal {
    func within(_ range: ClosedRange<Double>) -> GPUSignal {
        var signal = self
        signal.range = range
        return signal
    }
}

/// What values may be. Drivers say "not available" by the largest number of 32 or 64 bits, and some by others.
enum GPURange {
    /// Counters of 64 bits, kibibytes too.
    static let counts = 0.0...1e22
    static let seconds = 0.0...1e10
    static let ratio = 0.0...1.0
    static let celsius = -100.0...300.0
    /// Memory without a sensor is at 0 with some drivers.
    static let memoryCelsius = 1.0...300.0
    static let watts = 0.0...20_000.0
    static let hertz = 0.0...1e11
    static let flag = 0.0...1.0
    static let performanceState = 0.0...15.0
    static let computeMode = 0.0...255.0
    static let lanes = 1.0...64.0
    static let bytesPerSecond = 0.0...1e15
    static let numaNode = 0.0...65_535.0
    static let interrupt = 0.0...1e9
    /// Of a GPU and of a process.
    static let memoryBytes: ClosedRange<UInt64> = 0...(1 << 50)

    /// nil when it is none.
    static func checked(_ memory: NVMLMemory) -> NVMLMemory? {
        let values = [memory.total, memory.free, memory.used, memory.reserved ?? 0]
        return values.allSatisfy(memoryBytes.contains) && max(memory.free, memory.used) <= memory.total ? memory : nil
    }
}

typealias GPUPlace = any (WritableKeyPath<GPUReadings, Double?> & Sendable)

/// One way to ask for a signal, and where the answer goes.
enum GPUWay: Sendable {
    case field(NVMLField, GPUPlace, factor: Double)
    case number(NVMLNumber, GPUPlace, factor: Double)
    case list(GPUList)

    static func field(_ id: UInt32, link: Int = 0, _ place: GPUPlace, factor: Double = 1) -> GPUWay {
        .field(NVMLField(id, scope: UInt32(link)), place, factor: factor)
    }

    static func number(_ number: NVMLNumber, _ place: GPUPlace) -> GPUWay { .number(number, place, factor: 1) }

    /// Where the answer goes; nil for what is more than a number.
    var place: GPUPlace? {
        switch self {
        case .field(_, let place, _), .number(_, let place, _): place
        case .list: nil
        }
    }
}

/// What is more than a number.
enum GPUList: Sendable, Hashable {
    case samples(NVMLSampleKind)
    case utilizationRates(NVMLSampleKind)
    case memory(NVMLMemoryForm)
    case clockReasons(NVMLNumber)
    case supportedClockReasons(NVMLNumber)
    case powerLimits
    case eccMode
    case mig
    case processes(NVMLProcessKind, NVMLProcessForm)
    case processUtilization
    case performance
    case cpuAffinity
}
