internal import Platform

/// When one mute holds, by the clocks of one place.
///
/// A time that the clocks skip or show twice is taken so that the window is rather too long than too short.
struct MuteSchedule: Sendable {
    private static let daySeconds: Int64 = 86_400

    let window: MuteWindow
    let zone: LocalZone

    /// When the window that `unixSeconds` lies in ends; nil outside of all.
    func end(at unixSeconds: Double) -> Double? {
        guard unixSeconds.magnitude < 1e12 else { return nil }
        let now = Int64(unixSeconds.rounded(.down))
        switch window {
        case .once(let from, let to):
            let end = moment(to, isEnd: true)
            return moment(from, isEnd: false) <= now && now < end ? Double(end) : nil
        case .daily(let from, let to, let weekdays):
            let today = (now + Int64(zone.offset(at: now))).floored(by: Self.daySeconds)
            // A window that began yesterday may reach over midnight, and an hour may come twice.
            let ends = (today - 1...today).compactMap { day -> Int64? in
                // 1970-01-01 was a Thursday.
                guard weekdays.contains(Int((day + 3).remainder(by: 7))) else { return nil }
                let begin = unix(day * Self.daySeconds + Int64(from) * 60, isEnd: false)
                let endDay = to > from ? day : day + 1
                let end = unix(endDay * Self.daySeconds + Int64(to) * 60, isEnd: true)
                return begin <= now && now < end ? end : nil
            }
            return ends.max().map(Double.init)
        }
    }

    private func moment(_ moment: MuteMoment, isEnd: Bool) -> Int64 {
        switch moment {
        case .absolute(let seconds): seconds
        case .local(let seconds): unix(seconds, isEnd: isEnd)
        }
    }

    /// The moment at which the clocks show `civil`; of two the first as a beginning and the second as an end.
    private func unix(_ civil: Int64, isEnd: Bool) -> Int64 {
        let offsets = [civil - Self.daySeconds, civil + Self.daySeconds].map { Int64(zone.offset(at: $0)) }
        let moments = offsets.map { civil - $0 }
        let shown = zip(moments, offsets).filter { Int64(zone.offset(at: $0)) == $1 }.map(\.0)
        let candidates = shown.isEmpty ? moments : shown
        return candidates.reduce(candidates[0]) { isEnd ? max($0, $1) : min($0, $1) }
    }
}

extension Int64 {
    fileprivate func floored(by divisor: Int64) -> Int64 { (self - remainder(by: divisor)) / divisor }

    /// Never negative.
    fileprivate func remainder(by divisor: Int64) -> Int64 { (self % divisor + divisor) % divisor }
}
