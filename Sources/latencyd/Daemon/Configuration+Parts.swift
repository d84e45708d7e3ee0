internal import AnomalyDetect
internal import Collectors
internal import Telemetry

/// What the parts of the daemon take from the configuration.
extension PushConfiguration {
    var options: PushOptions {
        let patterns = TimingLayer.allCases.map { layer in
            (layer: layer.rawValue, globs: layers[layer].compactMap { try? Glob($0) })
        }
        return PushOptions(
            limits: SeriesLimits(
                seriesMax: maxSeries, seriesPerMetricMax: maxSeriesPerMetric, seriesPerSenderMax: maxSeriesPerSender,
                expireAfterSeconds: expireAfter.inSeconds),
            clientTelemetry: clientTelemetry == .drop ? .drop : .take,
            signedGauges: signedGauges == .delta ? .delta : .value,
            layer: { name in patterns.first { $0.globs.contains { $0.matches(name) } }?.layer })
    }
}

extension Configuration {
    /// - Parameter ownPort: where the daemon serves.
    func serviceSettings(ownPort: UInt16) -> ServiceThread.Settings {
        ServiceThread.Settings(
            services: services.map(\.settings),
            finding: finding.map {
                ServerFinding(
                    interval: $0.interval.inSeconds, timeout: $0.effectiveTimeout.inSeconds, ownPort: Int(ownPort))
            })
    }
}

extension HardwareConfiguration {
    var settings: HardwareSettings {
        HardwareSettings(
            interval: interval,
            collectors: collectors.mapValues { CollectorSettings(isEnabled: $0.enabled, interval: $0.interval) },
            watch: WatchSettings(rules: watch.compactMap(\.rule), includesPushers: watchPushers))
    }
}

extension WatchConfiguration {
    /// nil for a pattern that is none after all; the decoder has checked it.
    fileprivate var rule: WatchRule? {
        guard let pattern = try? Glob(pattern) else { return nil }
        let subject: WatchRule.Subject =
            switch subject {
            case .process: .process
            case .command: .command
            case .unit: .unit
            case .cgroup: .cgroup
            }
        return WatchRule(subject, pattern, name: name)
    }
}

extension AlertsConfiguration {
    /// The rules for the engine. The decoder has checked the patterns; a rule whose pattern is none after all is left
    /// out.
    /// The daemon's own come last; one that is switched off, or has a namesake, is left out.
    var engineRules: [AlertRule] {
        let own =
            rules.compactMap(\.engineRule) + signalRules.compactMap(\.engineRule)
            + absenceRules.compactMap(\.engineRule)
        let names = Set(own.map(\.name))
        return own + BuiltInRules.all.filter { builtin[$0.name] ?? true && !names.contains($0.name) }
            + (learned.enabled ? [.learned] : [])
    }
}

extension AlertThresholds {
    /// In base units, by level.
    var values: [AlertLevel: Double] {
        var levels: [AlertLevel: Double] = [:]
        levels[.info] = info?.value
        levels[.warning] = warning?.value
        levels[.critical] = critical?.value
        return levels
    }
}

extension SignalRuleConfiguration {
    var engineRule: AlertRule? {
        guard let signal = try? Glob(signal) else { return nil }
        let globs = labels.compactMapValues { try? Glob($0) }
        guard globs.count == labels.count else { return nil }
        return AlertRule(
            name: name, signal: signal, labels: globs,
            measure: increase.map { .increase(overSeconds: $0.inSeconds) } ?? .value, direction: direction,
            thresholds: thresholds.values, holdForSeconds: `for`.inSeconds, recoveryMargin: recoveryMargin)
    }
}

extension AbsenceRuleConfiguration {
    var engineRule: AlertRule? {
        guard let timing = try? Glob(timing) else { return nil }
        let globs = labels.compactMapValues { try? Glob($0) }
        guard globs.count == labels.count else { return nil }
        return AlertRule(name: name, timing: timing, labels: globs, absentSeconds: absent.inSeconds, level: level)
    }
}

extension AlertRuleConfiguration {
    var engineRule: AlertRule? {
        guard let timing = try? Glob(timing) else { return nil }
        let globs = labels.compactMapValues { try? Glob($0) }
        guard globs.count == labels.count else { return nil }
        return AlertRule(
            name: name, timing: timing, labels: globs, statistic: statistic, thresholds: thresholds.values,
            holdForSeconds: `for`.inSeconds, recoveryMargin: recoveryMargin, minCount: UInt64(minCount))
    }
}
