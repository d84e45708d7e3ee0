internal import CSystem

/// Memory of this process that was freed, and that the C library keeps for later.
public enum FreedMemory {
    /// Has it kept up to 8 MiB, of blocks below 4 MiB. By itself the C library keeps twice the largest block that was freed:
    /// a page of samples is made from a little more than that, which the kernel would get back, and be asked for again,
    /// with every page; that takes as long as all the rest. What is more than this is for `giveBack`.
    public static func keep() { csystem_keep_freed_memory(8 << 20, 4 << 20) }

    /// Gives it back to the kernel (malloc_trim(3)). Takes some milliseconds where there is much of it.
    public static func giveBack() { csystem_give_back_memory() }
}
