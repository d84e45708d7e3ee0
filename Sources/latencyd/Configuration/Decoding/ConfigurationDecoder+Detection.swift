internal import Platform

enum DetectionKey: String, ConfigurationKey {
    case window, seasons, timezone, learn
    case maxLearnedSeries = "max_learned_series"
    case minCount = "min_count"
    case falseAlarms = "false_alarms"
}

enum FalseAlarmsKey: String, ConfigurationKey {
    case warning, critical, total
}

extension ConfigurationDecoder {
    mutating func detection(_ section: ConfigurationField) -> DetectionConfiguration {
        var detection = DetectionConfiguration()
        for (key, field) in fields(of: section, DetectionKey.self) {
            switch key {
            case .window: detection.window = window(field) ?? detection.window
            case .seasons: detection.seasons = seasons(field)
            case .timezone: detection.timezone = timezone(field) ?? detection.timezone
            case .learn: detection.learn = learn(field)
            case .maxLearnedSeries:
                detection.maxLearnedSeries =
                    integer(field, in: DetectionConfiguration.learnedSeriesRange) ?? detection.maxLearnedSeries
            case .minCount: detection.minCount = integer(field, in: 1...1_000_000) ?? detection.minCount
            case .falseAlarms: detection.falseAlarms = falseAlarms(field)
            }
        }
        return detection
    }

    private mutating func window(_ field: ConfigurationField) -> Duration? {
        guard let window = duration(field, in: DetectionConfiguration.windowRange) else { return nil }
        guard Duration.seconds(60).wholeNanoseconds.isMultiple(of: window.wholeNanoseconds) else {
            report(
                field, "a minute is no whole number of windows of \(DurationScalar.format(window))",
                "write 1s, 2s, 5s, 10s, 15s, 20s, 30s or 60s")
            return nil
        }
        return window
    }

    /// In the order of their lengths; each once.
    private mutating func seasons(_ list: ConfigurationField) -> [DetectionSeason] {
        var found: Set<DetectionSeason> = []
        for element in elements(list, limit: DetectionSeason.allCases.count, of: "seasons") {
            guard let season = text(element, "1d or 1w", DetectionScalars.season) else { continue }
            if !found.insert(season).inserted {
                report(element, "the season stands in the list already", "leave one of them out")
            }
        }
        return DetectionSeason.allCases.filter(found.contains)
    }

    private mutating func timezone(_ field: ConfigurationField) -> DetectionTimezone? {
        guard let zone = text(field, "local, UTC, or a name such as Europe/Berlin", DetectionScalars.timezone) else {
            return nil
        }
        guard case .named(let name) = zone else { return zone }
        do {
            _ = try LocalZone.named(name)
        } catch {
            report(field, error.what, error.remedy)
            return nil
        }
        return zone
    }

    /// An empty list is one as well: it turns learning off.
    private mutating func learn(_ list: ConfigurationField) -> [String]? {
        if case .scalar(let scalar) = list.node.content, scalar.isNull {
            report(list, "the value is missing", "write [] to learn nothing, or leave the key out for its default")
            return nil
        }
        return elements(list, limit: DetectionConfiguration.learnMax, of: "patterns").compactMap {
            text($0, "a pattern of names", NameScalars.timingPattern)
        }
    }

    private mutating func falseAlarms(_ section: ConfigurationField) -> FalseAlarmBudgets {
        var budgets = FalseAlarmBudgets()
        var last = section
        for (key, field) in fields(of: section, FalseAlarmsKey.self) {
            let budget = text(field, "a number of alarms in a time, such as 1/7d", DetectionScalars.falseAlarms)
            switch key {
            case .warning: budgets.warning = budget ?? budgets.warning
            case .critical: budgets.critical = budget ?? budgets.critical
            case .total: budgets.total = budget ?? budgets.total
            }
            if key != .total { last = field }
        }
        if budgets.critical.perDay > budgets.warning.perDay {
            report(
                last, "critical may be wrong more often than warning",
                "allow critical at most as many false alarms as warning, for example {warning: 1/7d, critical: 1/30d}")
        }
        return budgets
    }
}
