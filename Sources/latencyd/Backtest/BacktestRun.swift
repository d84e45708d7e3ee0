internal import AnomalyDetect
internal import Glibc
internal import Platform

/// The backtest of one series: every row is decided from the rows before it, by the daemon's own detector.
struct BacktestRun: Sendable {
    /// Rows between two reports of progress.
    static let rowsPerReport = 20_000

    let settings: BaselineSettings
    let isPlotted: Bool
    /// Of local time from UTC at a moment, in seconds.
    let offset: @Sendable (Int64) -> Int32

    /// Reads the series of `item` and writes its rows, and its picture where one is wanted.
    ///
    /// - Parameter onRows: told how many rows were done since the last time.
    func run(_ item: BacktestPlan.Item, onRows: (Int) -> Void) throws(BacktestFailure) -> BacktestSummary {
        let history: History
        do throws(HistoryProblem) {
            history = try HistoryText.read(item.input, name: item.name)
        } catch {
            throw .input(error)
        }
        do throws(OutputFile.Problem) {
            return try write(history, item, onRows: onRows)
        } catch {
            throw .output(error)
        }
    }

    private func write(
        _ history: History, _ item: BacktestPlan.Item, onRows: (Int) -> Void
    ) throws(OutputFile.Problem) -> BacktestSummary {
        let file = try OutputFile(item.output)
        var text = BacktestText()
        var summary = BacktestSummary(name: history.name, interval: history.interval)
        var columns = PlotColumns(
            from: history.times.first ?? 0, to: history.times.last ?? 0, interval: history.interval,
            count: isPlotted ? PlotColumns.countDefault : 1)
        var detector = BacktestDetector(settings, interval: history.interval, offset: offset)
        for place in 0..<history.count {
            let row = detector.decide(history.times[place], history.values[place])
            text.append(row)
            summary.add(row)
            if isPlotted { columns.add(row) }
            if (place + 1).isMultiple(of: Self.rowsPerReport) {
                try file.write(text.drain())
                onRows(Self.rowsPerReport)
            }
        }
        try file.write(text.drain())
        summary.state = detector.state
        try file.finish()
        onRows(history.count % Self.rowsPerReport)
        if isPlotted {
            let picture = try OutputFile(item.plot)
            try picture.write(SeriesPlot.render(columns, summary, offset: offset))
            try picture.finish()
        }
        return summary
    }
}
