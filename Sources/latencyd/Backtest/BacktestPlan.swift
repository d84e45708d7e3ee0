internal import Glibc

/// Which files a backtest reads and writes.
struct BacktestPlan: Equatable {
    /// One series.
    struct Item: Equatable, Sendable {
        /// As it was named.
        var input: String
        /// The input's without its folder and endings.
        var name: String
        /// Where the rows go; the picture's file differs in its ending.
        var output: String

        var plot: String { output.dropLast(".csv".count) + ".svg" }
    }

    /// Why it cannot begin.
    struct Problem: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    let items: [Item]

    /// - Parameter isSame: whether two paths lead to one file.
    init(files: [String], folder: String, isSame: (String, String) -> Bool = Self.isSame) throws(Problem) {
        var items: [Item] = []
        var inputs: [String: String] = [:]
        for file in files {
            let name = Self.name(of: file)
            guard !name.isEmpty, name != ".", name != ".." else {
                throw Problem(description: "\(file): it has no name to call the result by; name a file as 'p99.csv'")
            }
            if let other = inputs.updateValue(file, forKey: name) {
                throw Problem(
                    description: "\(other) and \(file) would both be written to \(name).csv; rename one of both, or "
                        + "run them into two folders")
            }
            let output = "\(folder)/\(name).csv"
            guard !isSame(file, output) else {
                throw Problem(description: "\(file) would be overwritten; name another folder with --output")
            }
            items.append(Item(input: file, name: name, output: output))
        }
        self.items = items
    }

    private static func name(of file: String) -> String {
        var name = file.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? ""
        for ending in [".gz", ".csv"] where name.hasSuffix(ending) && name != ending {
            name.removeLast(ending.count)
        }
        return name
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
            && one.st_ino == other.st_ino
    }
}
