import Platform
import Telemetry

/// What the kernel's memory management did: reclaim, compaction, huge pages, swap, faults, migration between nodes;
/// from `/proc/vmstat`.
///
/// Source: mm/vmstat.c of the kernel, where the events are named.
struct VMStatCollector: Collector {
    static let id = "vmstat"
    // The kernel adds up the counts of all CPUs for each read.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [events]

    private static let events = MetricDescriptor(
        .counter, "latencyd_vmstat", help: "Events of the kernel's memory management, by the kernel's name.")

    private static let file = HostPath.procfs("vmstat")

    private static let labels = VMStatText.events.map { LabelSet([Label("event", $0)]) }

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        guard let counts = sampling.read(Self.file, unless: [.absent], VMStatText.counts) else { return }
        for (labels, count) in zip(Self.labels, counts) {
            if let count { sampling.add(Self.events, labels, Double(count)) }
        }
    }
}

/// What stands in `/proc/vmstat`.
enum VMStatText {
    /// The events that are taken. Kernels differ in which they have.
    static let events =
        [
            // Somebody had to free memory before getting some: the wait is in that thread.
            ["allocstall_dma", "allocstall_dma32", "allocstall_normal", "allocstall_movable", "allocstall_device"],
            ["pgscan_direct", "pgscan_kswapd", "pgscan_khugepaged", "pgsteal_direct", "pgsteal_kswapd"],
            ["pgsteal_khugepaged", "pgscan_direct_throttle", "zone_reclaim_success", "zone_reclaim_failed"],
            ["kswapd_low_wmark_hit_quickly", "kswapd_high_wmark_hit_quickly", "pageoutrun", "slabs_scanned"],
            ["drop_pagecache", "drop_slab", "oom_kill"],
            // Pages that were dropped and are needed again.
            ["workingset_refault", "workingset_refault_anon", "workingset_refault_file", "workingset_activate_anon"],
            ["workingset_activate_file", "workingset_restore_anon", "workingset_restore_file"],
            // Moving pages to make room for large ones.
            ["compact_stall", "compact_fail", "compact_success", "compact_daemon_wake", "compact_migrate_scanned"],
            ["compact_free_scanned", "compact_isolated", "pgmigrate_success", "pgmigrate_fail"],
            ["thp_fault_alloc", "thp_fault_fallback", "thp_fault_fallback_charge", "thp_collapse_alloc"],
            ["thp_collapse_alloc_failed", "thp_split_page", "thp_split_page_failed", "thp_split_pmd"],
            ["thp_deferred_split_page", "thp_migration_success", "thp_migration_fail", "thp_swpout_fallback"],
            ["htlb_buddy_alloc_success", "htlb_buddy_alloc_fail"],
            ["pgfault", "pgmajfault", "pswpin", "pswpout", "pgpgin", "pgpgout", "swap_ra", "swap_ra_hit"],
            ["numa_pte_updates", "numa_huge_pte_updates", "numa_hint_faults", "numa_hint_faults_local"],
            ["numa_pages_migrated", "balloon_inflate", "balloon_deflate", "nr_tlb_remote_flush"],
        ].flatMap(\.self)

    private static let places = Dictionary(
        uniqueKeysWithValues: events.enumerated().map { (ArraySlice($0.element.utf8), $0.offset) })

    /// The count of each of ``events``, nil for those that the kernel does not have. Lines like `pgmajfault 4711`;
    /// nil when one is anything else.
    static func counts(_ content: [UInt8]) -> [UInt64?]? {
        guard var table = TableScanner(content) else { return nil }
        var counts = [UInt64?](repeating: nil, count: events.count)
        repeat {
            guard let name = table.field(), let count = table.number(), table.isAtLineEnd else { return nil }
            if let place = places[name] { counts[place] = count }
        } while table.nextLine()
        return counts
    }
}
