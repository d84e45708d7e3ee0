import Platform
import Telemetry

/// Errors that the memory controllers met, from `/sys/devices/system/edac/mc`.
///
/// Source: Documentation/admin-guide/RAS/main.rst of the kernel.
struct EDACCollector: Collector {
    static let id = "edac"
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [errors]

    private static let errors = MetricDescriptor(
        .counter, "latencyd_memory_errors",
        help: "Memory errors that a controller met, since its driver was loaded or its counts were set to 0.")

    private static let folder = HostPath.sysfs("devices/system/edac/mc")

    private var counts = Discovery<[ErrorCount]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for count in try counts(&sampling, find: Self.counts) {
            if let errors = sampling.read(count.path, EDACText.count) {
                sampling.add(Self.errors, count.labels, Double(errors))
            }
        }
    }

    private static func counts(_ sampling: inout Sampling) throws(CollectorError) -> [ErrorCount] {
        try sampling.entries(in: folder, prefix: "mc").flatMap { controller in
            [("ce_count", "corrected"), ("ue_count", "uncorrected")].map { file, kind in
                ErrorCount(path: controller.path / file, labels: ["controller": controller.label, "kind": kind])
            }
        }
    }
}

/// A count of a memory controller as it was found.
private struct ErrorCount {
    let path: HostPath
    let labels: LabelSet
}

/// What stands in the files of a memory controller.
enum EDACText {
    /// The kernel counts with 32 bits.
    static func count(_ content: [UInt8]) -> Int64? {
        KernelText.integer(content, in: 0...Int64(UInt32.max))
    }
}
