import AnomalyDetect
import Floor

/// Takes a series apart: one value a line on standard input, `trend,season…,residual,weight` a line on standard output,
/// and at last the CPU seconds of the median run.
///
/// usage: DecompositionBenchmark [--runs N] [--stl] [--rounds N] PERIOD…
/// --stl: nothing but what STL and MSTL do; --rounds 0: least squares
@main
enum DecompositionBenchmark {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        var options = DecompositionOptions()
        if take("--stl", from: &arguments) {
            options.phaseWindow = 1
            options.seasonalDegree = 1
            options.findsLevelShifts = false
        }
        if take("--rounds", from: &arguments) { options.robustRounds = Int(arguments.removeFirst())! }
        let runs = take("--runs", from: &arguments) ? Int(arguments.removeFirst())! : 1
        let periods = arguments.map { Int($0)! }
        var values: [Double] = []
        while let line = readLine() { values.append(Double(line) ?? .nan) }

        var seconds: [Double] = []
        var components: SeasonalComponents?
        for _ in 0..<runs {
            let start = floor_cpu_seconds()
            components = try SeasonalDecomposition.fit(values, periods: periods, options: options)
            seconds.append(floor_cpu_seconds() - start)
        }
        write(components!)
        print("# cpu_seconds \(seconds.sorted()[seconds.count / 2])")
    }

    /// Whether the flag is there; takes it, and puts what follows it first.
    private static func take(_ flag: String, from arguments: inout [String]) -> Bool {
        guard let index = arguments.firstIndex(of: flag) else { return false }
        arguments = Array(arguments[(index + 1)...] + arguments[..<index])
        return true
    }

    private static func write(_ components: SeasonalComponents) {
        for index in components.trend.indices {
            let columns =
                [components.trend[index]] + components.seasons.map { $0.values[index] } + [
                    components.residual[index], components.weights[index],
                ]
            print(columns.map { "\($0)" }.joined(separator: ","))
        }
    }
}
