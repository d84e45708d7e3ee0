import Telemetry

/// Lines seen for the first time.
extension PushIngestor {
    /// Takes a line that stands for no series yet: it makes one, or is refused for the reason it was refused before.
    mutating func takeUnknown(
        _ line: StatsDLine, _ bytes: Span<UInt8>, hash: UInt64, sender: Sender, at time: PushTime
    ) {
        // Another sender may be let in with the same line: each has an entry.
        let key = hash ^ (UInt64(UInt32(bitPattern: sender.pid)) << 32 | UInt64(sender.uid)) &* 0x9E37_79B9_7F4A_7C15
        if let entry = refused.find(line, bytes, hash: key), entry.sender == sender, isStillRefused(entry) {
            return count(entry.refusal)
        }
        do throws(Refusal) {
            guard let entry = try learn(line, bytes, sender: sender, at: time) else { return }
            known.insert(entry, for: line, bytes, hash: hash)
            take(line, bytes, entry, at: time)
        } catch {
            count(error)
            let entry = RefusedLine(refusal: error, sender: sender, epoch: store.refusalEpoch)
            refused.insert(entry, for: line, bytes, hash: key)
        }
    }

    /// Faults of a line and names of our own stay what they are; limits and names that others have change.
    private func isStillRefused(_ entry: RefusedLine) -> Bool {
        switch entry.refusal {
        case .malformed, .dropped(.reservedName), .dropped(.clientTelemetry): true
        case .dropped: entry.epoch == store.refusalEpoch
        }
    }

    private mutating func count(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let reason): counters.count(reason)
        case .dropped(let reason): counters.count(reason)
        }
    }

    /// Finds out what `line` stands for, and makes its series if need be. Nil when it has no value to take.
    private mutating func learn(
        _ line: StatsDLine, _ bytes: Span<UInt8>, sender: Sender, at time: PushTime
    ) throws(Refusal) -> KnownLine? {
        let identity = try PushedIdentity.of(line, bytes)
        if identity.rawName.hasPrefix("datadog."), options.clientTelemetry == .drop {
            throw .dropped(.clientTelemetry)
        }
        var (labels, renamed) = PushedLabels.labels(fromTags: identity.tags)
        if labels["layer"] == nil, let layer = options.layer(identity.name.name) {
            labels = labels.adding([Label("layer", layer)])
        }
        let isTime = identity.name.kind == .histogram && identity.name.unit == .seconds
        let scale = ValueScale(decimals: identity.name.decimals, magnitude: isTime ? .time : .any)
        guard hasGoodValue(line, bytes, scale) else { return nil }
        if identity.name.hadReservedSuffix { renamed.append(.reservedSuffix) }
        let handle = try admit(identity, line.type, labels, sender: sender, at: time)
        for reason in renamed { counters.count(reason) }
        return KnownLine(
            handle: handle, type: line.type, scale: scale, inverseSampleRate: line.inverseSampleRate)
    }

    private mutating func admit(
        _ identity: PushedIdentity, _ type: PushedType, _ labels: LabelSet, sender: Sender, at time: PushTime
    ) throws(Refusal) -> SeriesHandle {
        do {
            return try store.admit(
                rawName: identity.rawName, name: identity.name, type: type, labels: labels, sender: sender,
                unixSeconds: time.unixSeconds, nowSeconds: time.monotonicSeconds)
        } catch {
            throw .dropped(error)
        }
    }
}
