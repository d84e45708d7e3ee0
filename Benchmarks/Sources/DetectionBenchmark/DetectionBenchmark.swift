import AnomalyDetect
import Floor
import Glibc

/// What learning costs a daemon: 500 series of 5 statistics that know days and weeks, judged six times a minute and
/// learned once. Prints the CPU a minute, the CPU a point of one statistic, and the memory.
///
/// usage: DetectionBenchmark [SERIES]
@main
enum DetectionBenchmark {
    private static let statistics = 5
    private static let days = 21
    private static let windowsPerMinute = 6
    private static let minutes = 10

    static func main() {
        let seriesCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 500
        let start = floor_cpu_seconds()
        let trained = (0..<statistics).map { train(seed: UInt64($0) + 1) }
        let points = statistics * days * 1_440
        print("one point, judged and learned: \(text((floor_cpu_seconds() - start) / Double(points) * 1e9)) ns")

        let encoded = trained.map { $0.encoded() }
        let before = residentBytes()
        // Decoded one by one, so that no two share their memory.
        var baselines = (0..<seriesCount).flatMap { _ in
            encoded.compactMap { Baseline(decoding: $0, settings: BaselineSettings()) }
        }
        let bytes = Double(residentBytes() - before) / Double(baselines.count)
        print("memory of one statistic: \(text(bytes / 1_024)) KiB; in the database \(encoded[0].count / 1_024) KiB")

        var noise = Noise(state: 99)
        var seconds: [Double] = []
        for minute in 0..<minutes {
            let begin = floor_cpu_seconds()
            let instant = LocalInstant(unix: Int64(days * 86_400 + minute * 60), offset: 0)
            for place in baselines.indices {
                let value = usual(instant.unix, &noise)
                for _ in 0..<windowsPerMinute { _ = baselines[place].assess(value, count: 100, at: instant) }
                baselines[place].learn(value, count: 100, at: instant)
            }
            seconds.append(floor_cpu_seconds() - begin)
        }
        let median = seconds.sorted()[minutes / 2]
        print(
            "\(seriesCount) series of \(statistics) statistics: \(text(median * 1e3)) ms of CPU a minute, "
                + "\(text(median / 60 * 100)) % of a core; a series \(text(median / Double(seriesCount) * 1e6)) µs a minute"
        )
        print("all of it in memory: \(text(bytes * Double(baselines.count) / 1_048_576)) MiB")
    }

    private static func train(seed: UInt64) -> Baseline {
        var baseline = Baseline(BaselineSettings())
        var noise = Noise(state: seed)
        for minute in 0..<days * 1_440 {
            let instant = LocalInstant(unix: Int64(minute * 60), offset: 0)
            let value = usual(instant.unix, &noise)
            _ = baseline.assess(value, count: 100, at: instant)
            baseline.learn(value, count: 100, at: instant)
        }
        return baseline
    }

    /// A course of the day, quieter weekends, noise of 5 %.
    private static func usual(_ unix: Int64, _ noise: inout Noise) -> Double {
        let day = sin(2 * Double.pi * Double(unix % 86_400) / 86_400)
        let weekend = (unix / 86_400) % 7 >= 5 ? -0.2 : 0
        return 0.1 * exp(0.3 * day + weekend + 0.05 * noise.next())
    }

    private static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard fgets(&buffer, 256, file) != nil else { return 0 }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
    }

    private static func text(_ value: Double) -> String {
        let scaled = value < 10 ? (value * 100).rounded() / 100 : value.rounded()
        return "\(scaled)"
    }
}

/// The sum of twelve evenly spread numbers: nearly normal, the same each time.
private struct Noise {
    var state: UInt64

    mutating func next() -> Double {
        var sum = -6.0
        for _ in 0..<12 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            sum += Double(state >> 11) / Double(1 << 53)
        }
        return sum
    }
}
