import Telemetry

/// The label sets `cpu="N"`, made once, so that each pass gives the same ones.
struct CPULabels: Sendable {
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
