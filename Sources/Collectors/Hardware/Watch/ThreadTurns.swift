/// Which threads of a process are read in a pass.
///
/// Reading a thread costs some 20 µs, and model servers have hundreds: in the first pass all are read, afterwards as
/// many as a pass may, in turns, new ones first.
struct ThreadTurns: Sendable {
    /// What a pass reads, and which threads are gone.
    struct Turn: Equatable {
        var read: [Int32] = []
        var ended: [Int32] = []
        /// Threads that were never read wait for the next pass.
        var isCutShort = false
    }

    /// Those that had a turn and are still there, ascending; nil before the first pass.
    private var known: [Int32]?
    /// The last one that was read because it was its turn again.
    private var latest: Int32 = 0

    /// Whether the next pass is the first one.
    var isFirst: Bool { known == nil }

    /// - Parameters:
    ///   - threads: those that there are, ascending.
    ///   - countMax: how many may be read, unless this is the first pass.
    mutating func next(_ threads: [Int32], countMax: Int) -> Turn {
        guard let known else {
            self.known = threads
            return Turn(read: threads)
        }
        var turn = Turn()
        var staying = known
        if known != threads {
            (staying, turn) = Self.compare(known, threads)
            turn.isCutShort = turn.read.count > countMax
            turn.read = Array(turn.read.prefix(countMax))
            self.known = (staying + turn.read).sorted()
        }
        let others = min(countMax - turn.read.count, staying.count)
        guard others > 0 else { return turn }
        let start = staying.firstIndex { $0 > latest } ?? 0
        for step in 0..<others { turn.read.append(staying[(start + step) % staying.count]) }
        latest = turn.read[turn.read.count - 1]
        return turn
    }

    /// Those of `known` that are among `threads`; the others of `threads` as to be read, the others of `known` as ended.
    private static func compare(_ known: [Int32], _ threads: [Int32]) -> (staying: [Int32], Turn) {
        var staying: [Int32] = []
        var turn = Turn()
        var place = 0
        for thread in threads {
            while place < known.count, known[place] < thread {
                turn.ended.append(known[place])
                place += 1
            }
            if place < known.count, known[place] == thread {
                staying.append(thread)
                place += 1
            } else {
                turn.read.append(thread)
            }
        }
        turn.ended += known[place...]
        return (staying, turn)
    }
}
