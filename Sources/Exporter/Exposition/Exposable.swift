import Telemetry

extension Sample {
    /// Whether readers accept this sample in a family of `kind`. A counter that is negative or not a number makes
    /// OpenMetrics readers refuse the whole page, so it is left out of every format.
    func isExposable(as kind: MetricKind) -> Bool {
        switch (kind, value) {
        case (.gauge, .number): true
        case (.counter, .number(let number)): number >= 0
        case (.histogram, .histogram(let histogram)):
            histogram.classicCounts.count == histogram.classicBounds.count + 1
        default: false
        }
    }

    /// `createdSeconds` where it is a moment from 1970 to the year 9999.
    var exposableCreatedSeconds: Double? {
        guard let createdSeconds, createdSeconds >= 0, createdSeconds < 253_402_300_800 else { return nil }
        return createdSeconds
    }
}

extension MetricFamily {
    var hasExposableSample: Bool {
        samples.contains { $0.isExposable(as: descriptor.kind) }
    }

    /// The family's unit where its name ends in it, which is what makes it valid in OpenMetrics.
    var exposableUnit: String? {
        let unit = descriptor.unit.suffix
        return !unit.isEmpty && descriptor.name.hasSuffix("_" + unit) ? unit : nil
    }

    /// About as many bytes as the family takes as text, judged by its first sample; memory to reserve, no limit.
    var expectedBytes: Int {
        guard let first = samples.first else { return 0 }
        let labelBytes = first.labels.labels.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        let lineBytes = descriptor.name.utf8.count + labelBytes + 16
        guard case .histogram(let histogram) = first.value else {
            return 256 + samples.count * lineBytes
        }
        return 256 + samples.count * (histogram.classicCounts.count + 3) * (lineBytes + 14)
    }
}
