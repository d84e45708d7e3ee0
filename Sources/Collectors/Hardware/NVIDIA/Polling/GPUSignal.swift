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
    /// The NVLink that it belongs to: asked only while that is active.
    var link: Int?

    init(_ name: String, _ cadence: GPUCadence, _ ways: GPUWay..., link: Int? = nil) {
        self.name = name
        self.cadence = cadence
        self.ways = ways
        self.link = link
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
    case utilizationSamples(NVMLSampleKind)
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
