import Telemetry

/// The label sets `cpu="N"`, made once, so that each pass gives the same ones.
struct CPULabels: Sendable {
    /// CPUs that a kernel can have (NR_CPUS), and more.
    static let numbers: ClosedRange<Int64> = 0...65_535

    private var sets: [Int: LabelSet] = [:]

    subscript(cpu: Int) -> LabelSet {
        mutating get {
            if let known = sets[cpu] { return known }
            let labels: LabelSet = ["cpu": String(cpu)]
            sets[cpu] = labels
            return labels
        }
    }
}
