internal import AnomalyDetect

/// The rows of a backtest, summed up for the width of a plot as they come: of each column the least and the largest
/// value are kept, so that no peak is lost however many rows there are.
struct PlotColumns: Sendable {
    /// Four to a pixel of the plot: some detail is left for those who look closely.
    static let countDefault = 4_000

    /// What the rows of one column come to.
    struct Column: Equatable, Sendable {
        var firstTime: Double
        var lastTime: Double
        var valueMin: Double
        var valueMax: Double
        /// The least and the largest of the band; NaN where there is none.
        var lower = Double.nan
        var upper = Double.nan
        fileprivate var expectedSum = 0.0
        fileprivate var expectedCount = 0
        var scoreMax: Double

        /// The mean; NaN where nothing was expected.
        var expected: Double { expectedCount > 0 ? expectedSum / Double(expectedCount) : .nan }
    }

    /// Alarms of one level without a gap that the plot could show.
    struct Span: Equatable, Sendable {
        var from: Double
        var to: Double
        var level: AlertLevel
        var scoreMax: Double
    }

    let from: Double
    let to: Double
    let interval: Double
    /// Nil where there are no values.
    private(set) var columns: [Column?]
    private(set) var spans: [Span] = []

    /// - Parameters:
    ///   - from: the first row's time, seconds since 1970.
    ///   - to: the last row's.
    ///   - interval: between two rows, in seconds.
    init(from: Double, to: Double, interval: Double, count: Int = countDefault) {
        self.from = from
        self.to = max(to, from) + interval
        self.interval = interval
        columns = Array(repeating: nil, count: count)
    }

    var columnSeconds: Double { (to - from) / Double(columns.count) }

    /// A row between `from` and `to`, later than the last one. One without a value says nothing.
    mutating func add(_ row: BacktestRow) {
        guard row.value.isFinite else { return }
        let place = min(max(Int((row.time - from) / columnSeconds), 0), columns.count - 1)
        var column =
            columns[place]
            ?? Column(
                firstTime: row.time, lastTime: row.time, valueMin: row.value, valueMax: row.value, scoreMax: row.score)
        column.lastTime = row.time
        column.valueMin = min(column.valueMin, row.value)
        column.valueMax = max(column.valueMax, row.value)
        column.scoreMax = max(column.scoreMax, row.score)
        if row.expected.isFinite, row.lower.isFinite, row.upper.isFinite {
            column.expectedSum += row.expected
            column.expectedCount += 1
            // The other operand is taken where one is NaN.
            column.lower = Double.minimum(column.lower, row.lower)
            column.upper = Double.maximum(column.upper, row.upper)
        }
        columns[place] = column
        if row.isAlarm { addAlarm(row) }
    }

    private mutating func addAlarm(_ row: BacktestRow) {
        // What stands in one column is one span, or a level that flaps would be drawn row by row.
        if let last = spans.last, row.time - last.to <= max(1.5 * interval, columnSeconds),
            last.level == row.level || row.time - last.from < columnSeconds
        {
            spans[spans.count - 1].to = row.time
            spans[spans.count - 1].level = max(last.level, row.level)
            spans[spans.count - 1].scoreMax = max(last.scoreMax, row.score)
        } else {
            spans.append(Span(from: row.time, to: row.time, level: row.level, scoreMax: row.score))
        }
    }

    /// The columns with values in groups that no gap divides.
    var runs: [[Column]] {
        var runs: [[Column]] = []
        for case let column? in columns {
            if let last = runs.last?.last, column.firstTime - last.lastTime <= 3 * interval {
                runs[runs.count - 1].append(column)
            } else {
                runs.append([column])
            }
        }
        return runs
    }
}
