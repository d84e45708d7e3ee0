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

    /// What was left out.
    struct Report: Equatable {
        /// Series beyond the limit.
        var droppedCount = 0
        /// Series whose labels have no end.
        var malformedCount = 0
    }

    /// All that a file holds, rows of one minute as their mean; nil for an engine.
    func filePieces() throws(Failure) -> [LearnPiece]? {
        guard case .file(let path, let key, let scale) = self else { return nil }
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
        return [piece]
    }

    /// Hands over an engine's history, a stretch of time of all series after the other; nothing for a file.
    ///
    /// - Parameters:
    ///   - client: fetches pages.
    ///   - pause: waits for seconds, told why.
    ///   - take: the pieces of one stretch, and until when it goes, seconds since 1970.
    func readEngine(
        client: HTTPClient, pause: @escaping (Double, String) -> Void, _ take: ([LearnPiece], Int64) -> Void
    ) throws(Failure) -> Report {
        guard case .engine(let settings) = self else { return Report() }
        var reader: PromQLHistory?
        let history = PromQLHistory(
            settings, fetch: { client.fetch([$0])[0] },
            pause: { pause($0, reader?.setback?.description ?? "") })
        reader = history
        // The history holds the closure that holds it.
        defer { reader = nil }
        do throws(ServiceFailure) {
            try history.read { take(Self.pieces($0), $0.to) }
        } catch {
            let remedy = error.reason == .refused ? "; start it, or check the URL" : ""
            throw Failure(description: "\(settings.url): \(error)\(remedy)")
        }
        return Report(droppedCount: history.dropped.count, malformedCount: history.malformedCount)
    }

    private static func pieces(_ part: PromQLHistoryPart) -> [LearnPiece] {
        let times = Array(stride(from: part.from, through: part.to, by: Int64.Stride(part.step)))
        return part.values.map { key, values in
            let places = values.indices.filter { values[$0].isFinite }
            return LearnPiece(key: key, times: places.map { times[$0] }, values: places.map { values[$0] })
        }
    }
}
