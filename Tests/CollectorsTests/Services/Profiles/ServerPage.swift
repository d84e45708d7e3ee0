import Glibc
import Telemetry
import TestSupport

@testable import Collectors

/// A page of a model server from `Captures/Servers`, read by the simplest means that do: what the profiles are tested
/// with does not depend on the parser of the daemon.
struct ServerPage {
    var samples: [String: [ScrapedSample]] = [:]
    /// Names of families, from the TYPE lines as well.
    var families: Set<String> = []

    static let folder = "Tests/CollectorsTests/Captures/Servers"

    /// The names of all captures, without `.prom`.
    static let names: [String] = {
        guard let folder = opendir(Repository.path(folder)) else { fatalError("there are no captures") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".prom") { names.append(String(name.dropLast(5))) }
        }
        return names.sorted()
    }()

    /// The captures of one server: their names begin with its profile's id.
    static func names(of profile: ServiceProfile) -> [String] {
        names.filter { $0 == profile.id || $0.hasPrefix(profile.id + "-") }
    }

    /// Each is read once for all tests.
    private static let pages = Dictionary(
        uniqueKeysWithValues: names.map { ($0, ServerPage(text: Repository.text("\(folder)/\($0).prom"))) })

    init(_ name: String) {
        guard let page = Self.pages[name] else { fatalError("there is no capture \(name)") }
        self = page
    }

    private init(text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                families.insert(String(line.split(separator: " ")[2]))
            } else if !line.hasPrefix("#") {
                let sample = Self.sample(line)
                families.insert(sample.name)
                samples[sample.name, default: []].append(sample)
            }
        }
    }

    private static func sample(_ line: Substring) -> ScrapedSample {
        guard let open = line.firstIndex(of: "{"), let close = line.lastIndex(of: "}") else {
            let words = line.split(separator: " ")
            return ScrapedSample(String(words[0]), [:], Double(words[1])!)
        }
        // No label of a capture has an escaped or a quoted quote.
        let parts = line[line.index(after: open)..<close].split(separator: "\"", omittingEmptySubsequences: false)
        let labels = stride(from: 0, to: parts.count - 1, by: 2).map { index in
            Label(String(parts[index].filter { !" ,=".contains($0) }), String(parts[index + 1]))
        }
        let value = line[line.index(after: close)...].split(separator: " ")[0]
        return ScrapedSample(String(line[..<open]), LabelSet(labels), Double(value)!)
    }

    /// With every sample that only `later` has, at zero.
    func beginning(what later: ServerPage) -> ServerPage {
        var page = self
        for (name, samples) in later.samples {
            let known = Set((page.samples[name] ?? []).map(\.labels))
            page.samples[name, default: []] += samples.filter { !known.contains($0.labels) }
                .map { ScrapedSample($0.name, $0.labels, 0) }
        }
        return page
    }

    /// Every sample of each of the names goes on by so much.
    func advanced(_ steps: [String: Double]) -> ServerPage {
        var page = self
        for (name, step) in steps {
            guard page.samples[name] != nil else { fatalError("no sample has the name \(name)") }
            for index in page.samples[name]!.indices { page.samples[name]![index].value += step }
        }
        return page
    }
}

/// Readings in a form that can be written down: the signal, a space and the model where there is one.
enum FlatReadings {
    static func flat(_ readings: [SignalReading]) -> [String: Double] {
        var flat: [String: Double] = [:]
        for reading in readings {
            let key = [reading.signal.rawValue, reading.labels["model"]].compactMap(\.self).joined(separator: " ")
            switch reading.value {
            case .number(let value), .increase(let value): flat[key] = value
            case .distribution(let distribution):
                flat[key] = distribution.mean
                if !distribution.counts.isEmpty { flat["\(key) in buckets"] = distribution.countInBuckets }
            case .buckets(let distribution): flat["\(key) in buckets"] = distribution.countInBuckets
            }
        }
        return flat
    }

    /// What differs by more than one part in a billion.
    static func differences(_ flat: [String: Double], _ expected: [String: Double]) -> [String] {
        Set(flat.keys).union(expected.keys).sorted().compactMap { key in
            guard let value = flat[key] else { return "\(key) is absent" }
            guard let wanted = expected[key] else { return "\(key) is \(value), and was not expected" }
            return abs(value - wanted) <= 1e-9 * max(abs(wanted), 1) ? nil : "\(key) is \(value), not \(wanted)"
        }
    }
}
