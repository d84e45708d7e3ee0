internal import Platform

/// Why a series has no backtest.
enum BacktestFailure: Error, Equatable, CustomStringConvertible {
    case input(HistoryProblem)
    case output(OutputFile.Problem)

    var description: String {
        switch self {
        case .input(let problem): problem.description
        case .output(let problem): "\(problem); name another folder with --output, or make room"
        }
    }
}
