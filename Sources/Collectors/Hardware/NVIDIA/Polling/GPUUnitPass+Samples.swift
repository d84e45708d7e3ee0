import Platform

/// What the driver samples by itself, several times a second: a dip between two passes is seen in them.
extension GPUUnitPass {
    /// For how long the last ones count where the driver has no newer sample.
    private static let samplesKeptSeconds = 2.0

    /// What the driver sampled since it was last asked.
    mutating func samples(_ kind: NVMLSampleKind, _ handle: NVMLDevice) throws(NVMLReturn) -> NVMLReturn {
        let samples = try newSamples(kind, handle)
        let values = samples.compactMap { Self.checked($0.value, kind) }
        guard let least = values.min(), let most = values.max(), let last = samples.map(\.timestamp).max() else {
            return .noData
        }
        unit.samplesSeen[kind] = (last, now)
        let extremes = GPUExtremes(min: least, max: most)
        // Of the whole numbers that the driver gives: no rounding adds up.
        let utilization = GPUUtilization(mean: values.reduce(0, +) / Double(values.count) / 100, max: most / 100)
        switch kind {
        case .gpuUtilization: unit.readings.utilization = utilization
        case .memoryUtilization: unit.readings.memoryUtilization = utilization
        case .power: unit.readings.power.sampled = extremes
        case .smClock: unit.readings[clock: .sm].sampled = extremes
        case .memoryClock: unit.readings[clock: .memory].sampled = extremes
        }
        return .success
    }

    /// Per cent, watts or hertz; nil for what cannot be.
    private static func checked(_ value: Double, _ kind: NVMLSampleKind) -> Double? {
        switch kind {
        case .gpuUtilization, .memoryUtilization: GPUValue.percent(value)
        case .power: GPUValue.checked(value, 1e-3, in: GPURange.watts)
        case .smClock, .memoryClock: GPUValue.checked(value, 1e6, in: GPURange.hertz)
        }
    }

    private func newSamples(_ kind: NVMLSampleKind, _ handle: NVMLDevice) throws(NVMLReturn) -> [NVMLSample] {
        let seen = unit.samplesSeen[kind]?.timestamp ?? 0
        let age = unit.samplesSeen[kind].map { now - $0.atSeconds } ?? 0
        return try GPUValue.newer(
            than: seen, looksBack: age > Self.samplesKeptSeconds, time: \.timestamp
        ) { since throws(NVMLReturn) in
            try call("nvmlDeviceGetSamples") { nvml throws(NVMLReturn) in
                try nvml.samples(kind, since: since, of: handle)
            }
        }
    }

    /// Utilisation where the driver gives no samples of it.
    mutating func rates(_ kind: NVMLSampleKind, _ handle: NVMLDevice) throws(NVMLReturn) {
        let (gpu, memory) = try pair(.utilization, handle)
        let ratio = GPUValue.ratio(Double(kind == .gpuUtilization ? gpu : memory)).map { GPUUtilization(mean: $0) }
        if kind == .gpuUtilization {
            unit.readings.utilization = ratio
        } else {
            unit.readings.memoryUtilization = ratio
        }
    }

    /// - Parameter isMomentary: there is nothing new just now.
    mutating func clear(_ kind: NVMLSampleKind, isMomentary: Bool) {
        let age = unit.samplesSeen[kind].map { now - $0.atSeconds } ?? .infinity
        guard !isMomentary || age > Self.samplesKeptSeconds else { return }
        switch kind {
        case .gpuUtilization: unit.readings.utilization = nil
        case .memoryUtilization: unit.readings.memoryUtilization = nil
        case .power: unit.readings.power.sampled = nil
        case .smClock: unit.readings[clock: .sm].sampled = nil
        case .memoryClock: unit.readings[clock: .memory].sampled = nil
        }
    }
}
