import Platform

/// Transparent huge pages: who gets them, and who stops to make them.
///
/// Source: Documentation/admin-guide/mm/transhuge.rst of the kernel.
enum HugePageCheck: HostCheck {
    static let id = "transparent_hugepages"
    static let title = "Transparent huge pages"

    private static let folder = HostPath.sysfs("kernel/mm/transparent_hugepage")

    static func examine(_ examination: inout Examination) {
        guard let enabled = examination.read(folder / "enabled", MemoryText.mode) else { return }
        let defrag = examination.read(folder / "defrag", MemoryText.mode)
        let evidence = "enabled is '\(enabled)'" + (defrag.map { ", defrag is '\($0)'" } ?? "")
        if enabled == "always", defrag == "always" {
            examination.find(
                .warning, "every process stops to make huge pages", evidence: [evidence],
                why:
                    "an allocation that finds no huge page compacts memory first, for milliseconds, in the thread that asked",
                remedy: ["echo madvise | sudo tee /sys/\((folder / "defrag").relative)"])
        } else if enabled == "always" {
            examination.find(
                .info, "every process gets huge pages", evidence: [evidence],
                why: "the kernel collapses and splits pages behind services that did not ask for it",
                remedy: ["echo madvise | sudo tee /sys/\((folder / "enabled").relative)"])
        } else {
            examination.isGood(evidence)
        }
    }
}
