import Platform

/// The GPUs of one set of events: those that it tells about, and those that could not be registered. Decides; calls
/// nothing itself.
struct GPUEventRoster {
    /// Whose events come, by handle. One that is lost stays: what happened to it may still be told.
    private(set) var watched: [NVMLDevice: Int] = [:]
    private var refused: [NVMLDevice: NVMLReturn] = [:]

    /// Those of `devices` that were not tried yet, by index.
    func due(of devices: [Int: NVMLDevice]) -> [(gpu: Int, device: NVMLDevice)] {
        devices.filter { watched[$0.value] == nil && refused[$0.value] == nil }
            .sorted { $0.key < $1.key }.map { (gpu: $0.key, device: $0.value) }
    }

    mutating func watch(_ device: NVMLDevice, gpu: Int) { watched[device] = gpu }

    mutating func refuse(_ device: NVMLDevice, _ code: NVMLReturn) { refused[device] = code }

    /// Those that failed, but may be registered another time, are due again.
    mutating func forgetTrouble() { refused = refused.filter { !Self.mayPass($0.value) } }

    var hasTrouble: Bool { refused.values.contains(where: Self.mayPass) }

    private static func mayPass(_ code: NVMLReturn) -> Bool {
        switch NVMLMeaning(code) {
        case .trouble, .blocked, .nothingNow: true
        default: false
        }
    }
}
