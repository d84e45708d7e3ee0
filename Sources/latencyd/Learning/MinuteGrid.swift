/// The minutes of the wall clock in which timings are learned, beside the windows in which they are judged.
struct MinuteGrid: Sendable {
    /// Ends of windows are not exact; an end that is so near to a minute's is one.
    static let toleranceSeconds = 0.5
    /// A clock that is set back by more begins anew; by less, the minutes that come twice are passed over.
    static let setBackMinutesMax: Int64 = 5

    /// The minute that was learned last, since 1970; nil before the first.
    private(set) var last: Int64?

    /// The minute that a trailing minute which ends at `unixSeconds` is compared with: the one that is not learned yet.
    static func current(_ unixSeconds: Double) -> Int64 {
        Int64(((unixSeconds - toleranceSeconds) / 60).rounded(.up)) - 1
    }

    /// The minute that has ended since the last call; nil while the same one is in progress. The first call gives the
    /// one before: of it too little was seen to learn from, but series are chosen at once.
    mutating func advance(to unixSeconds: Double) -> Int64? {
        let ended = Int64(((unixSeconds + Self.toleranceSeconds) / 60).rounded(.down)) - 1
        if let last, ended <= last, ended > last - Self.setBackMinutesMax { return nil }
        last = ended
        return ended
    }
}
