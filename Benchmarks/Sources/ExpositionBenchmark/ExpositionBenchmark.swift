import Collectors
import Floor
import Glibc

/// Reading pages of metrics, beside finding the line ends of the same bytes with memchr, turn by turn in one run.
@main
enum ExpositionBenchmark {
    static let runs = 15
    static let pageBytes = 10_000_000
    /// What curl hands over at once.
    static let pieceBytes = 16_384

    /// What the profile of a model server asks for.
    static let dozen = WantedNames([
        "nv_inference_request_success", "nv_inference_request_failure", "nv_inference_count",
        "nv_inference_exec_count", "nv_inference_request_duration_us", "nv_inference_queue_duration_us",
        "nv_inference_compute_input_duration_us", "nv_inference_compute_infer_duration_us",
        "nv_inference_compute_output_duration_us", "nv_inference_pending_request_count",
        "nv_inference_queue_summary_us_sum", "nv_inference_queue_summary_us_count",
    ])

    static func main() {
        let arguments = CommandLine.arguments.dropFirst().filter { $0 != "--page" }
        guard let protobufFile = arguments.first, arguments.count > 1 else {
            print("usage: ExpositionBenchmark PROTOBUF_PAGE TEXT_PAGE… [--page]")
            return
        }
        let text = LargePage.text(arguments.dropFirst().map(contents), bytesMin: pageBytes)
        if CommandLine.arguments.contains("--page") {
            var written = 0
            while written < text.count, case let count = write(1, Array(text[written...]), text.count - written),
                count > 0
            {
                written += count
            }
            return
        }
        print("exposition: a page of \(text.count / 1_000_000) MB, median of \(runs) paired runs")
        print("                           MB/s   memchr MB/s   times memchr's time   samples kept")
        let protobuf = LargePage.repeated(contents(protobufFile), bytesMin: pageBytes)
        measure("text, a dozen names", text, .text, dozen)
        measure("text, all names", text, .text, .all)
        measure("protobuf, a dozen names", protobuf, .protobuf, dozen)
        measure("protobuf, all names", protobuf, .protobuf, .all)
    }

    private static func measure(_ name: String, _ page: [UInt8], _ format: PageFormat, _ wanted: WantedNames) {
        var ours: [Double] = []
        var floors: [Double] = []
        var kept = 0
        for _ in 0..<runs {
            floors.append(seconds { _ = floor_lines(page, page.count) })
            ours.append(seconds { kept = parse(page, format, wanted) })
        }
        let ratios = zip(ours, floors).map { $0 / $1 }
        let rates = [ours, floors].map { Double(page.count) / median($0) / 1e6 }
        print(
            pad(name, 26), pad("\(Int(rates[0]))", -5), pad("\(Int(rates[1]))", -13), pad(fixed(median(ratios)), -21),
            pad("\(kept)", -14))
    }

    /// How many samples were kept.
    private static func parse(_ page: [UInt8], _ format: PageFormat, _ wanted: WantedNames) -> Int {
        var limits = PageLimits()
        (limits.samplesMax, limits.keptBytesMax) = (.max, .max)
        var parser = PageParser(format: format, wanted: wanted, limits: limits)
        do {
            for start in stride(from: 0, to: page.count, by: pieceBytes) {
                try parser.feed(page.span.extracting(start..<min(page.count, start + pieceBytes)))
            }
            return try parser.finish().samples.values.reduce(0) { $0 + $1.count }
        } catch {
            fatalError("\(error)")
        }
    }

    private static func seconds(_ body: () -> Void) -> Double {
        let start = floor_cpu_seconds()
        body()
        return floor_cpu_seconds() - start
    }

    private static func contents(_ path: String) -> [UInt8] {
        guard let stream = fopen(path, "r") else { fatalError("there is no \(path)") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer.prefix(count) }
        return bytes
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func fixed(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// `text` in a column of `width`, to the right when it is negative.
    private static func pad(_ text: String, _ width: Int) -> String {
        let space = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? space + text : text + space
    }
}
