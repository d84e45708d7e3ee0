import Platform
import Telemetry

/// How the host's memory is used, from `/proc/meminfo`, and how it hands out huge pages, from
/// `/sys/kernel/mm/transparent_hugepage`.
///
/// Sources: Documentation/filesystems/proc.rst, Documentation/admin-guide/mm/transhuge.rst of the kernel.
struct MemoryCollector: Collector {
    static let id = "memory"
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [memory, hugePages]

    private static let memory = MetricDescriptor(
        .gauge, "latencyd_memory_bytes", unit: .bytes, help: "Memory of the host by kind; kinds overlap.")
    private static let hugePages = MetricDescriptor(
        .gauge, "latencyd_transparent_hugepage_info",
        help: "Always 1; the labels say when the kernel gives huge pages unasked, and when it waits to make room for "
            + "them.")

    private static let folder = HostPath.sysfs("kernel/mm/transparent_hugepage")
    private static let settings = ["enabled", "defrag"]
    private static let labels = MemoryText.kinds.map { LabelSet([Label("kind", $0.kind)]) }

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let amounts = sampling.read(.procfs("meminfo"), unless: [.absent], MemoryText.amounts) ?? []
        for (labels, bytes) in zip(Self.labels, amounts) {
            if let bytes { sampling.add(Self.memory, labels, bytes) }
        }
        for setting in Self.settings {
            // A kernel that was built without them has no such folder.
            if let mode = sampling.read(Self.folder / setting, unless: [.absent], MemoryText.mode) {
                sampling.add(Self.hugePages, ["setting": setting, "mode": mode], 1)
            }
        }
    }
}

/// What stands in `/proc/meminfo` and in the files of transparent huge pages.
enum MemoryText {
    /// The kernel's name of each kind that is taken.
    static let kinds = [
        ("MemTotal", "total"), ("MemFree", "free"), ("MemAvailable", "available"), ("Buffers", "buffers"),
        ("Cached", "cached"), ("SwapCached", "swap_cached"), ("Active", "active"), ("Inactive", "inactive"),
        ("Unevictable", "unevictable"), ("Mlocked", "locked"), ("Dirty", "dirty"), ("Writeback", "writeback"),
        ("AnonPages", "anonymous"), ("Mapped", "mapped"), ("Shmem", "shared"),
        ("SReclaimable", "slab_reclaimable"), ("SUnreclaim", "slab_unreclaimable"), ("KernelStack", "kernel_stack"),
        ("PageTables", "page_tables"), ("Percpu", "per_cpu"), ("Committed_AS", "committed"),
        ("CommitLimit", "commit_limit"), ("SwapTotal", "swap_total"), ("SwapFree", "swap_free"),
        ("AnonHugePages", "anonymous_hugepages"), ("HugePages_Total", "hugepages_total"),
        ("HugePages_Free", "hugepages_free"), ("HugePages_Rsvd", "hugepages_reserved"),
        ("HugePages_Surp", "hugepages_surplus"),
    ].map { (name: $0.0, kind: $0.1) }

    private static let modes: Set = ["always", "defer", "defer+madvise", "madvise", "never"]
    private static let places = Dictionary(
        uniqueKeysWithValues: kinds.enumerated().map { (ArraySlice($0.element.name.utf8), $0.offset) })
    private static let pageSize = ArraySlice("Hugepagesize".utf8)
    /// What a host can have: an exbibyte, in kibibytes.
    private static let kibibytesMax: UInt64 = 1 << 50

    /// The bytes of each of ``kinds``, nil for those that the kernel does not have. Lines like
    /// `MemTotal:       24684084 kB`; those about huge pages count pages and have no unit.
    static func amounts(_ content: [UInt8]) -> [Double?]? {
        guard var table = TableScanner(content) else { return nil }
        var amounts = [Double?](repeating: nil, count: kinds.count)
        var pages: [(place: Int, count: UInt64)] = []
        var pageBytes: Double?
        repeat {
            guard let name = table.field(), name.last == UInt8(ascii: ":"), let amount = table.number(),
                amount <= kibibytesMax
            else { return nil }
            let isPages = table.isAtLineEnd
            guard isPages || table.field()?.elementsEqual("kB".utf8) == true, table.isAtLineEnd else { return nil }
            if name.dropLast() == pageSize { pageBytes = Double(amount) * 1024 }
            guard let place = places[name.dropLast()] else { continue }
            if isPages { pages.append((place, amount)) } else { amounts[place] = Double(amount) * 1024 }
        } while table.nextLine()
        if let pageBytes {
            for (place, count) in pages { amounts[place] = Double(count) * pageBytes }
        }
        return amounts
    }

    /// The mode in brackets of `always [madvise] never`; one that the kernel does not ship is `other`.
    static func mode(_ content: [UInt8]) -> String? {
        guard let text = KernelText.word(content) else { return nil }
        let chosen = text.split(separator: " ").filter { $0.hasPrefix("[") && $0.hasSuffix("]") && $0.count > 2 }
        guard chosen.count == 1 else { return nil }
        let mode = String(chosen[0].dropFirst().dropLast())
        return modes.contains(mode) ? mode : "other"
    }
}
