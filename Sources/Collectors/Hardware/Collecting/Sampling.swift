public import Platform
public import Telemetry

/// One pass of one collector: reads for it, keeps its samples, counts its errors.
///
/// Whatever a collector hands over, what comes out can be exposed: families are declared ones, label sets are
/// unique, values finite, counters not negative.
public struct Sampling: Sendable {
    /// The most samples of one pass; further ones are dropped and counted.
    public static let samplesMax = 65_536
    /// The most kinds of errors that one pass remembers for the log; all errors are counted.
    public static let errorKindsMax = 16

    /// What may be read from. Files are better read through ``read(_:_:)``, which counts what goes wrong.
    public private(set) var host: CollectorHost
    /// Whether a collector should find anew what exists on the host; see ``Discovery``.
    public private(set) var looksAnew: Bool
    /// Errors of this pass, each of which made a sample absent.
    public private(set) var errorCount: UInt64 = 0
    /// Those of them that were met while finding out what exists.
    private(set) var findingErrorCount: UInt64 = 0
    /// The first error of each kind.
    public private(set) var errors: [CollectorError] = []

    private let descriptors: [MetricDescriptor]
    /// Theirs.
    private let identities: [ObjectIdentifier]
    /// The places of the families in `descriptors`, by name.
    private let places: [String: Int]
    /// In the order of `descriptors`.
    private var collected: [CollectedFamily]
    /// The place in `collected` of the family that got a sample last.
    private var latest = 0
    private var sampleCount = 0
    private(set) var isFinding = false
    /// What a person should know once and that is no error, by kind.
    private(set) var remarks: [String: String] = [:]

    /// The first pass of a collector that declared `descriptors`.
    public init(host: CollectorHost, descriptors: [MetricDescriptor]) {
        self.host = host
        looksAnew = true
        self.descriptors = descriptors
        identities = descriptors.map(\.identity)
        places = Dictionary(descriptors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        collected = descriptors.map { CollectedFamily($0) }
    }

    /// The next pass. What the last one collected stays behind for comparison.
    mutating func begin(on host: CollectorHost, looksAnew: Bool) {
        self.host = host
        self.looksAnew = looksAnew
        errorCount = 0
        findingErrorCount = 0
        errors.removeAll(keepingCapacity: true)
        remarks.removeAll(keepingCapacity: true)
        sampleCount = 0
        for index in collected.indices { collected[index].begin() }
    }

    /// Runs `find`, whose reads are seldom repeated: their files are not kept open.
    mutating func finding<Found>(
        _ find: (inout Sampling) throws(CollectorError) -> Found
    ) throws(CollectorError) -> Found {
        let before = errorCount
        isFinding = true
        defer {
            isFinding = false
            findingErrorCount += errorCount - before
        }
        return try find(&self)
    }

    /// The families that have samples, in the order in which they were declared.
    public var families: [MetricFamily] { collected.lazy.map(\.family).filter { !$0.samples.isEmpty } }

    /// The value in a file that should be there. nil, and one error counted, when the file is missing, cannot be
    /// read or `parse` gives nil for its content.
    public mutating func read<Value>(
        _ path: HostPath, limitBytes: Int = HostFileLimits.fileBytes, _ parse: ([UInt8]) -> Value?
    ) -> Value? {
        read(path, unless: [], limitBytes: limitBytes, parse)
    }

    /// The value in a file that this kernel or device need not have: one of the errors `tolerated` gives nil
    /// without being counted.
    public mutating func read<Value>(
        _ path: HostPath, unless tolerated: [HostFileError], limitBytes: Int = HostFileLimits.fileBytes,
        _ parse: ([UInt8]) -> Value?
    ) -> Value? {
        do {
            let content = try host.files.read(path, limitBytes: limitBytes, keepsOpen: !isFinding)
            if let value = parse(content) { return value }
            count(.garbled(path, found: KernelText.excerpt(content)))
        } catch {
            if !tolerated.contains(error) { count(.unreadable(path, error)) }
        }
        return nil
    }

    /// What stands in a file whose absence says something, too.
    public enum Look<Value> {
        case value(Value)
        case absent
        /// It is there and cannot be used; one error was counted.
        case failed
    }

    /// As ``read(_:limitBytes:_:)``, but tells a file that is not there, which is no error, from one that fails.
    public mutating func look<Value>(_ path: HostPath, _ parse: ([UInt8]) -> Value?) -> Look<Value> {
        do {
            let content = try host.files.read(
                path, limitBytes: HostFileLimits.fileBytes, keepsOpen: !isFinding)
            if let value = parse(content) { return .value(value) }
            count(.garbled(path, found: KernelText.excerpt(content)))
        } catch .absent {
            return .absent
        } catch {
            count(.unreadable(path, error))
        }
        return .failed
    }

    /// As ``names(in:)``, for a folder within a device: a failure is counted, and there are none.
    public mutating func namesOrNone(in folder: HostPath) -> Set<String> {
        do {
            return Set(try names(in: folder))
        } catch {
            count(error)
            return []
        }
    }

    /// The names in a folder; empty when there is no such folder. Any other failure is thrown: without its folder
    /// a collector cannot work.
    public func names(in folder: HostPath) throws(CollectorError) -> [String] {
        do {
            return try host.files.list(folder)
        } catch .absent {
            return []
        } catch {
            throw .unreadable(folder, error)
        }
    }

    /// The names `prefix`N`suffix` in a folder, sorted by N; see ``names(in:)``.
    public func entries(
        in folder: HostPath, prefix: String, suffix: String = ""
    ) throws(CollectorError) -> [NumberedEntry] {
        NumberedEntry.all(in: folder, names: try names(in: folder), prefix: prefix, suffix: suffix)
    }

    /// As ``entries(in:prefix:suffix:)``, for a folder within a device: a failure is counted, and there are none.
    public mutating func entriesOrNone(in folder: HostPath, prefix: String, suffix: String = "") -> [NumberedEntry] {
        do {
            return try entries(in: folder, prefix: prefix, suffix: suffix)
        } catch {
            count(error)
            return []
        }
    }

    /// Hands over one sample of a declared family; a counter's may say since when it counts (Unix seconds).
    public mutating func add(
        _ descriptor: MetricDescriptor, _ labels: LabelSet, _ value: Double, createdSeconds: Double? = nil
    ) {
        guard descriptor.kind != .histogram else { return refuse(descriptor, .wrongKind) }
        guard value.isFinite else { return refuse(descriptor, .notFinite) }
        guard descriptor.kind != .counter || value >= 0 else { return refuse(descriptor, .negativeCounter) }
        add(descriptor, Sample(labels, value, createdSeconds: createdSeconds))
    }

    /// Hands over one sample of a declared family of histograms, which counts since `createdSeconds` (Unix seconds).
    public mutating func add(
        _ descriptor: MetricDescriptor, _ labels: LabelSet, _ histogram: HistogramSnapshot, createdSeconds: Double
    ) {
        guard descriptor.kind == .histogram else { return refuse(descriptor, .wrongKind) }
        guard histogram.exponential.sum.isFinite, createdSeconds.isFinite else {
            return refuse(descriptor, .notFinite)
        }
        add(descriptor, Sample(labels, .histogram(histogram), createdSeconds: createdSeconds))
    }

    private mutating func add(_ descriptor: MetricDescriptor, _ sample: Sample) {
        guard let family = place(of: descriptor) else { return refuse(descriptor, .undeclared) }
        guard sampleCount < Self.samplesMax else { return refuse(descriptor, .tooMany) }
        guard collected[family].append(sample) else { return refuse(descriptor, .repeated) }
        sampleCount += 1
    }

    /// Counts an error that made one sample absent; for what is not read through this pass.
    public mutating func count(_ error: CollectorError) {
        errorCount += 1
        guard errors.count < Self.errorKindsMax, !errors.contains(where: { $0.kind == error.kind }) else { return }
        errors.append(error)
    }

    /// Says what is lost on this host though nothing is broken, such as for want of a permission. It is logged once for
    /// each `kind`, of which a collector has a few.
    public mutating func tell(_ kind: String, _ message: String) {
        if remarks.count < Self.errorKindsMax { remarks[kind] = message }
    }

    /// Samples of one family mostly come one after the other, else mostly in the order of the families.
    private mutating func place(of descriptor: MetricDescriptor) -> Int? {
        let identity = descriptor.identity
        if latest < identities.count, identities[latest] == identity { return latest }
        for step in 1..<max(identities.count, 1) {
            let next = latest + step
            let place = next < identities.count ? next : next - identities.count
            if identities[place] == identity {
                latest = place
                return place
            }
        }
        guard let place = places[descriptor.name], descriptors[place] == descriptor else { return nil }
        latest = place
        return place
    }

    private mutating func refuse(_ descriptor: MetricDescriptor, _ refusal: CollectorError.Refusal) {
        count(.refused(family: descriptor.name, refusal))
    }
}

extension Sampling.Look: Equatable where Value: Equatable {}
