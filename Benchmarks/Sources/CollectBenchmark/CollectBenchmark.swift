import Collectors
import Exporter
import Floor
import Platform
import Telemetry

/// CPU of one collection of everything from a tree of `/sys` and `/proc`, collector by collector, and of a page with
/// it. Prints a table, and with `--json` what `collect.py` reads.
@main
enum CollectBenchmark {
    static let passes = 25

    static func main() {
        let arguments = CommandLine.arguments.dropFirst().filter { $0 != "--json" }
        guard let tree = arguments.first else {
            print("usage: CollectBenchmark TREE [--json]")
            return
        }
        let printsJSON = CommandLine.arguments.contains("--json")
        FileLimit.raise()
        if !printsJSON { print("collector            samples   first pass µs   later passes µs") }
        for id in HardwareCollectors.ids {
            let one = Measurement(tree: tree, collectors: [id])
            if !printsJSON {
                print(
                    pad(id, 18), pad("\(one.samples)", -9), pad(fixed(one.firstMicroseconds), -15),
                    pad(fixed(one.laterMicroseconds), -17))
            }
        }
        let all = Measurement(tree: tree, collectors: Set(HardwareCollectors.ids))
        if printsJSON {
            print(
                #"{"samples": \#(all.samples), "first_microseconds": \#(all.firstMicroseconds), "#
                    + #""later_microseconds": \#(all.laterMicroseconds), "page_microseconds": \#(all.pageMicroseconds), "#
                    + #""average_microseconds_per_second": \#(all.microsecondsPerSecond)}"#)
        } else {
            print(
                pad("all", 18), pad("\(all.samples)", -9), pad(fixed(all.firstMicroseconds), -15),
                pad(fixed(all.laterMicroseconds), -17))
            print(
                "a page of it: \(fixed(all.pageMicroseconds)) µs;",
                "at the default intervals: \(fixed(all.microsecondsPerSecond)) µs each second")
            if let asked = try? ConstantNVML.measure() {
                print(
                    "asking eight GPUs, without their driver: \(fixed(asked.median)) µs a pass,",
                    "\(fixed(asked.mean)) µs on the average")
            }
        }
    }
}

/// What some collectors cost on one tree.
struct Measurement {
    let samples: Int
    /// The pass that finds out what exists and opens its files.
    let firstMicroseconds: Double
    /// The median of the passes after it.
    let laterMicroseconds: Double
    /// The median of the pages in the text format.
    let pageMicroseconds: Double
    /// At the default intervals, over a simulated minute.
    let microsecondsPerSecond: Double

    init(tree: String, collectors: Set<String>) {
        let clock = SimulatedClock()
        let files = SystemHostFiles(sysfs: tree + "/sys", procfs: tree + "/proc", filesKept: 16_384)
        let settings = HardwareSettings(
            collectors: Dictionary(
                uniqueKeysWithValues: HardwareCollectors.ids.map {
                    ($0, CollectorSettings(isEnabled: collectors.contains($0)))
                }))
        var runner = CollectorRunner(
            host: CollectorHost(files: files, watched: modelServer, gpus: EightGPUs()), settings: settings, at: .zero,
            clock: { clock.now })
        let first = Self.microseconds { _ = runner.runDue(at: .zero) }
        var later: [Double] = []
        // Far enough apart that all are due; the clock that discovery follows stands still.
        for pass in 1...CollectBenchmark.passes {
            later.append(Self.microseconds { _ = runner.runDue(at: .seconds(pass * 7_200)) })
        }
        let families = runner.families()
        samples = families.reduce(0) { $0 + $1.samples.count }
        firstMicroseconds = first
        laterMicroseconds = median(later)
        pageMicroseconds = median(
            (0..<CollectBenchmark.passes).map { _ in
                Self.microseconds { precondition(!TextFormat().page(families).isEmpty) }
            })
        let start = Duration.seconds((CollectBenchmark.passes + 2) * 7_200)
        let simulated = Self.microseconds {
            for second in 0..<120 {
                clock.now = .seconds(second)
                _ = runner.runDue(at: start + .seconds(second))
            }
        }
        microsecondsPerSecond = simulated / 120
    }

    private static func microseconds(_ body: () -> Void) -> Double {
        let begin = floor_cpu_seconds()
        body()
        return (floor_cpu_seconds() - begin) * 1e6
    }
}

/// The process that `generate.py` makes up.
let modelServer = Watched(
    processes: [WatchedProcess(pid: 4711, startTicks: 4711, name: "model-server", reason: .named)], revision: 1)

/// A clock that the benchmark sets.
// Safe because one thread uses it.
final class SimulatedClock: @unchecked Sendable {
    var now = Duration.zero
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func fixed(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

/// Spaces after the text, or before it when the width is negative.
func pad(_ text: String, _ width: Int) -> String {
    let spaces = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? spaces + text : text + spaces
}
