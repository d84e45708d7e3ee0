internal import CSystem

/// Memory of this process that was freed, and that the C library keeps for later.
public enum FreedMemory {
    /// Gives it back to the kernel (malloc_trim(3)). Takes some milliseconds where there is much of it.
    public static func giveBack() { csystem_give_back_memory() }
}
