internal import Collectors
internal import Platform

enum HardwareKey: String, ConfigurationKey {
    case interval, collectors, watch
    case watchPushers = "watch_pushers"
}

enum CollectorKey: String, ConfigurationKey {
    case enabled, interval
}

/// The keys of a collector that opens a library.
enum LibraryCollectorKey: String, ConfigurationKey {
    case enabled, interval, library
}

/// The keys of a collector that measures by itself.
enum MeasuringCollectorKey: String, ConfigurationKey {
    case enabled, interval, rate
}

extension ConfigurationDecoder {
    mutating func hardware(_ section: ConfigurationField) -> HardwareConfiguration {
        var hardware = HardwareConfiguration()
        for (key, field) in fields(of: section, HardwareKey.self) {
            switch key {
            case .interval: hardware.interval = interval(field) ?? hardware.interval
            case .collectors: hardware.collectors = collectors(field)
            case .watch: hardware.watch = watch(field)
            case .watchPushers: hardware.watchPushers = boolean(field) ?? hardware.watchPushers
            }
        }
        return hardware
    }

    private mutating func interval(_ field: ConfigurationField) -> Duration? {
        duration(field, in: HardwareConfiguration.intervalRange)
    }

    /// The keys are ids of collectors, which only the daemon knows.
    private mutating func collectors(_ section: ConfigurationField) -> [String: CollectorConfiguration] {
        var collectors: [String: CollectorConfiguration] = [:]
        for entry in mapping(section) {
            let field = section.entry(entry)
            if knownCollectors.contains(entry.key) {
                collectors[entry.key] =
                    switch entry.key {
                    case GPUMonitor.collectorID: libraryCollector(field)
                    case WakeupProbe.collectorID: measuringCollector(field)
                    default: collector(field)
                    }
            } else {
                let meant = Spelling.nearest(to: entry.key, among: knownCollectors)
                reportKey(
                    field, "there is no such collector",
                    meant.map { "did you mean '\($0)'?" }
                        ?? "the collectors are " + knownCollectors.joined(separator: ", "))
            }
        }
        return collectors
    }

    private mutating func collector(_ section: ConfigurationField) -> CollectorConfiguration {
        var collector = CollectorConfiguration()
        for (key, field) in fields(of: section, CollectorKey.self) {
            switch key {
            case .enabled: collector.enabled = boolean(field) ?? collector.enabled
            case .interval: collector.interval = interval(field)
            }
        }
        return collector
    }

    private mutating func measuringCollector(_ section: ConfigurationField) -> CollectorConfiguration {
        var collector = CollectorConfiguration()
        for (key, field) in fields(of: section, MeasuringCollectorKey.self) {
            switch key {
            case .enabled: collector.enabled = boolean(field) ?? collector.enabled
            case .interval: collector.interval = interval(field)
            case .rate: collector.rate = integer(field, in: WakeupProbe.rates)
            }
        }
        return collector
    }

    private mutating func libraryCollector(_ section: ConfigurationField) -> CollectorConfiguration {
        var collector = CollectorConfiguration()
        for (key, field) in fields(of: section, LibraryCollectorKey.self) {
            switch key {
            case .enabled: collector.enabled = boolean(field) ?? collector.enabled
            case .interval: collector.interval = interval(field)
            case .library:
                collector.library = text(field, "a library such as libnvidia-ml.so.1") { text throws(ScalarProblem) in
                    try PathScalar.library(text)
                }
            }
        }
        return collector
    }
}
