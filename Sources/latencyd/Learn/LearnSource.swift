internal import Collectors
internal import Platform
internal import Telemetry

/// A stretch of the past of one series: values at rising times.
struct LearnPiece: Equatable, Sendable {
    var key: TimingStatistic
    /// Seconds since 1970, rising, and later than those of the pieces before.
    var times: [Int64]
    var values: [Double]
}

/// Where history comes from.
enum LearnSource: Equatable {
    case engine(PromQLHistorySettings)
    case file(String, TimingStatistic, scale: Double)

    /// Why there is no history.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// What was left out, and how far it is.
    struct Report: Equatable {
        /// Series beyond the limit.
        var droppedCount = 0
        /// Series whose labels have no end.
        var malformedCount = 0
        /// Until when the past was read, seconds since 1970.
        var until: Int64 = 0
        /// Why the engine is asked again; nil when all is well.
        var setback: String?
    }

    /// Hands over the history piece by piece, in the order of time from one to the next of a series.
    ///
    /// - Parameters:
    ///   - client: fetches pages.
    ///   - pause: waits for seconds, told why.
    @discardableResult
    func read(
        client: HTTPClient, pause: @escaping (Double, String) -> Void, onProgress: (Report) -> Void,
        _ take: (LearnPiece) -> Void
    ) throws(Failure) -> Report {
        switch self {
        case .engine(let settings):
            return try read(settings, client, pause: pause, onProgress: onProgress, take)
        case .file(let path, let key, let scale): return try read(path, key, scale, take)
        }
    }

    private func read(
        _ settings: PromQLHistorySettings, _ client: HTTPClient, pause: @escaping (Double, String) -> Void,
        onProgress: (Report) -> Void, _ take: (LearnPiece) -> Void
    ) throws(Failure) -> Report {
        var reader: PromQLHistory?
        let history = PromQLHistory(
            settings, fetch: { client.fetch([$0])[0] },
            pause: { pause($0, reader?.setback?.description ?? "") })
        reader = history
        defer { reader = nil }
        var report = Report()
        do throws(ServiceFailure) {
            try history.read { part in
                let times = (0..<Int64((part.to - part.from) / part.step) + 1).map { part.from + $0 * part.step }
                for (key, values) in part.values {
                    let places = values.indices.filter { values[$0].isFinite }
                    take(LearnPiece(key: key, times: places.map { times[$0] }, values: places.map { values[$0] }))
                }
                report.until = part.to
                onProgress(report)
            }
        } catch {
            let remedy = error.reason == .refused ? "; start it, or check the URL" : ""
            throw Failure(description: "\(settings.url): \(error)\(remedy)")
        }
        report.droppedCount = history.dropped.count
        report.malformedCount = history.malformedCount
        return report
    }

    /// Rows of one minute become their mean.
    private func read(
        _ path: String, _ key: TimingStatistic, _ scale: Double, _ take: (LearnPiece) -> Void
    ) throws(Failure) -> Report {
        let history: History
        do throws(HistoryProblem) {
            history = try HistoryText.read(path, name: key.timing)
        } catch {
            throw Failure(description: error.description)
        }
        var piece = LearnPiece(key: key, times: [], values: [])
        var sum = 0.0
        var count = 0.0
        for (time, value) in zip(history.times, history.values) where (value * scale).isFinite {
            let minute = Int64(time / 60) * 60
            if piece.times.last == minute {
                sum += value * scale
                count += 1
                piece.values[piece.values.count - 1] = sum / count
            } else {
                piece.times.append(minute)
                piece.values.append(value * scale)
                (sum, count) = (value * scale, 1)
            }
        }
        take(piece)
        return Report(until: piece.times.last ?? 0)
    }
}
