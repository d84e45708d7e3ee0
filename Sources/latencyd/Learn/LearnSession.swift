internal import AnomalyDetect
internal import Collectors

/// One run of `latencyd learn`: what comes is learned from and kept, piece by piece.
struct LearnSession {
    private var learned: LearnedHistory
    /// Nil where nothing is written.
    private let store: LearnStore?
    /// What the daemon knows already: its minutes, for the table.
    private var kept: [TimingStatistic: (count: Int, first: Int64, last: Int64)] = [:]
    /// Why nothing is written any more.
    private var failure: StateError?

    init(_ learned: LearnedHistory, _ store: LearnStore?) {
        self.learned = learned
        self.store = store
    }

    var seriesCount: Int { learned.series.count + kept.count }

    /// The pieces of a series come in the order of time.
    mutating func take(_ piece: LearnPiece) {
        guard failure == nil, let first = piece.times.first, let last = piece.times.last else { return }
        if store?.isKept(piece.key) == true {
            let before = kept[piece.key]
            kept[piece.key] = ((before?.count ?? 0) + piece.times.count, before?.first ?? first, last)
            return
        }
        learned.learn(piece)
        do throws(StateError) { try store?.add(piece) } catch { failure = error }
    }

    /// Keeps what was learned, and says what it was; nothing when there was no history.
    func finish() throws(LearnSource.Failure) -> [LearnTable.Line] {
        let dropped: Int
        do throws(StateError) {
            if let failure { throw failure }
            dropped = try store?.finish(learned.series) ?? 0
        } catch {
            throw LearnSource.Failure(description: Self.description(of: error))
        }
        guard dropped == 0 else {
            throw LearnSource.Failure(
                description:
                    "there was no room for \(dropped) of \(learned.series.count) baselines: the state database "
                    + "holds \(StateLimits.seriesMax) series; select fewer")
        }
        return learned.series.map { series in
            LearnTable.Line(
                key: series.key, pointCount: series.pointCount, days: series.days,
                state: series.baseline.state.rawValue, isKept: false)
        }
            + kept.map { key, minutes in
                LearnTable.Line(
                    key: key, pointCount: minutes.count, days: Double(minutes.last - minutes.first + 60) / 86_400,
                    state: "-", isKept: true)
            }
    }

    /// While the daemon runs the folder is its own.
    static func description(of error: StateError) -> String {
        guard case .taken(let folder, let process) = error else { return error.description }
        let name = process.map { " (process \($0))" } ?? ""
        return "the daemon\(name) is running with the state folder \(folder): stop it first, as by 'systemctl stop "
            + "latencyd', or try it out with --dry-run"
    }
}
