/// A counter that the kernel writes with 32 bits, continued beyond them.
///
/// What was counted before the first reading is in the total. A step back that is no wrap (a device that was replaced,
/// a race inside the kernel) adds nothing, so that no step is ever counted that did not happen.
struct ContinuedCounter: Sendable, Equatable {
    private(set) var total: UInt64
    private var reading: UInt64

    init(_ reading: UInt64) {
        total = reading
        self.reading = reading
    }

    /// Takes the next reading; one above 32 bits is the kernel's own, wider counter.
    mutating func advance(to next: UInt64) {
        total &+= Self.increase(from: reading, to: next)
        reading = next
    }

    /// How far a counter went from one reading to the next.
    static func increase(from reading: UInt64, to next: UInt64) -> UInt64 {
        if next >= reading { return next - reading }
        guard reading <= UInt64(UInt32.max) else { return 0 }
        return UInt64(increase(from: UInt32(reading), to: UInt32(next)))
    }

    /// The same for a counter that surely has 32 bits. One that fell by less than half its range was set back.
    static func increase(from reading: UInt32, to next: UInt32) -> UInt32 {
        let step = next &- reading
        return next >= reading || step <= UInt32.max / 2 ? step : 0
    }
}
