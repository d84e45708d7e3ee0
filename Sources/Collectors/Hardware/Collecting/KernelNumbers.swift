/// Numbers that hold on every Linux.
enum KernelNumbers {
    /// More CPUs than a kernel can be built for (NR_CPUS is at most 8,192 on x86).
    static let cpusMax = 65_536
    /// The numbers that a CPU can have.
    static let cpus: ClosedRange<Int64> = 0...Int64(cpusMax - 1)
    /// The numbers that a NUMA node can have, and more (MAX_NUMNODES is 1,024).
    static let nodes: ClosedRange<Int64> = 0...65_535
    /// USER_HZ: what programs are told times in, a second; 100 on all architectures that Linux runs on today.
    static let ticksPerSecond = 100.0
}
