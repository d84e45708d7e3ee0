/// A line for the log about a service.
public struct ServiceNote: Sendable, Equatable {
    public let service: String
    public let isWarning: Bool
    public let message: String
}

/// Decides what the log says about one service: changes, not states.
struct ServiceNotice: Sendable {
    private let settings: ServiceSettings
    private var failure: ServiceFailure?
    private var downSince: Double?
    private var wasRead = false
    private var toldSwitches: Set<ServiceSignal> = []
    private var toldAPI = false

    init(_ settings: ServiceSettings) { self.settings = settings }

    mutating func notes(of round: ServiceRound, at now: Double) -> [ServiceNote] {
        var notes = stateNotes(round, at: now)
        for (signal, remedy) in round.missing.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where toldSwitches.insert(signal).inserted {
            notes.append(note(false, "the server does not show its \(signal.words): \(remedy)"))
        }
        if let failure = round.apiFailure, !toldAPI { notes.append(note(true, "api_url: \(failure)")) }
        toldAPI = round.apiFailure != nil
        return notes
    }

    private mutating func stateNotes(_ round: ServiceRound, at now: Double) -> [ServiceNote] {
        defer {
            failure = round.failure
            wasRead = true
        }
        if let new = round.failure {
            if downSince == nil { downSince = now }
            return failure?.reason == new.reason ? [] : [note(true, "down: \(new) (\(settings.url))")]
        }
        guard let since = downSince else { return wasRead ? [] : [note(false, "up (\(settings.url))")] }
        downSince = nil
        return [note(false, "up again after \(Int(now - since)) s")]
    }

    private func note(_ isWarning: Bool, _ message: String) -> ServiceNote {
        ServiceNote(service: settings.name, isWarning: isWarning, message: "service \(settings.name): \(message)")
    }
}

extension ServiceSignal {
    /// As people say it.
    var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}
