/// `/proc/meminfo` by the kernel's names, in bytes.
struct MemoryAmounts {
    private let amounts: [Double?]

    init?(_ content: [UInt8]) {
        guard let amounts = MemoryText.amounts(content) else { return nil }
        self.amounts = amounts
    }

    /// nil for one that the kernel does not have.
    subscript(_ name: String) -> Double? {
        MemoryText.kinds.firstIndex { $0.name == name }.flatMap { amounts[$0] }
    }
}

/// `/proc/vmstat` by the kernel's names.
struct MemoryEvents {
    private let counts: [UInt64?]

    init?(_ content: [UInt8]) {
        guard let counts = VMStatText.counts(content) else { return nil }
        self.counts = counts
    }

    /// nil for one that the kernel does not have, or that no collector takes.
    subscript(_ name: String) -> UInt64? {
        VMStatText.events.firstIndex(of: name).flatMap { counts[$0] }
    }
}
