internal import AnomalyDetect
internal import Platform

enum MuteKey: String, ConfigurationKey {
    case timing, name, labels, levels, from, to, days
}

enum MuteDay: String, CaseIterable {
    case mon, tue, wed, thu, fri, sat, sun
}

extension ConfigurationDecoder {
    mutating func mutes(_ list: ConfigurationField) -> [MuteConfiguration] {
        elements(list, limit: MuteConfiguration.mutesMax, of: "mutes").compactMap { mute($0) }
    }

    /// nil for a mute that is not complete, which is reported.
    private mutating func mute(_ element: ConfigurationField) -> MuteConfiguration? {
        guard case .mapping = element.node.content else {
            report(
                element, "the mute is \(Self.kind(element.node)), not a mapping",
                "write for example {timing: batch_*, from: \"02:00\", to: \"04:30\"}")
            return nil
        }
        let fields = Dictionary(uniqueKeysWithValues: fields(of: element, MuteKey.self).map { ($0.key, $0.field) })
        let window = window(fields, element)
        var mute = MuteConfiguration(window: window ?? .daily(fromMinute: 0, toMinute: 0, weekdays: []))
        mute.timing = fields[.timing].flatMap { text($0, "a pattern of names", NameScalars.timingPattern) }
        mute.name = fields[.name].flatMap { text($0, "a pattern of names of alerts", NameScalars.pattern) }
        if let field = fields[.labels] { mute.labels = labels(field) }
        if let field = fields[.levels] {
            mute.levels = words(field, ThresholdKey.self, "levels").compactMap { AlertLevel(name: $0.rawValue) }
        }
        return window == nil ? nil : mute
    }

    /// nil where the times are missing or impossible, which is reported.
    private mutating func window(
        _ fields: [MuteKey: ConfigurationField], _ element: ConfigurationField
    ) -> MuteWindow? {
        var ends: [MuteKey: MomentScalars.Value] = [:]
        for key in [MuteKey.from, .to] {
            guard let field = fields[key] else {
                reportMissing(key.rawValue, in: element, MomentScalars.remedy)
                continue
            }
            ends[key] = text(field, "a time of the day, or a moment", MomentScalars.parse)
        }
        let days = fields[.days].map { field in words(field, MuteDay.self, "days") }
        guard let from = ends[.from], let to = ends[.to], let toField = fields[.to] else { return nil }
        switch (from, to) {
        case (.timeOfDay(let first), .timeOfDay(let last)):
            guard first != last, first < 1_440 else {
                report(
                    toField, "the window has no length", "write another time; a whole day is \"00:00\" to \"24:00\"")
                return nil
            }
            let weekdays = (days ?? MuteDay.allCases).compactMap { MuteDay.allCases.firstIndex(of: $0) }
            return .daily(fromMinute: first, toMinute: last, weekdays: Set(weekdays))
        case (.moment(let first), .moment(let last)):
            if let field = fields[.days] {
                reportKey(field, "the window has dates already", "leave 'days' out, or write times such as \"02:00\"")
                return nil
            }
            guard first.isLocal == last.isLocal else {
                report(toField, "one of 'from' and 'to' has an offset and the other has none", "write both alike")
                return nil
            }
            guard first.seconds < last.seconds else {
                report(toField, "the window ends before it begins", "write a later moment than that of 'from'")
                return nil
            }
            return .once(from: first, to: last)
        default:
            report(toField, "one of 'from' and 'to' is a time of the day and the other a moment", "write both alike")
            return nil
        }
    }

    /// A list of words, at least one, each once.
    private mutating func words<Word: RawRepresentable<String> & CaseIterable & Equatable>(
        _ list: ConfigurationField, _ kind: Word.Type, _ name: String
    ) -> [Word] {
        var found: [Word] = []
        let elements = elements(list, limit: kind.allCases.count, of: name)
        if elements.isEmpty { report(list, "there are no \(name)", "name some, or leave the key out for all") }
        for element in elements {
            guard let word = choice(element, kind), !found.contains(word) else { continue }
            found.append(word)
        }
        return found
    }
}
