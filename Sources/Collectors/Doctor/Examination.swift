import Platform

/// One check's look at a host: reads for it, and keeps what it finds.
public struct Examination: Sendable {
    public let host: DoctorHost
    public private(set) var findings: [Finding] = []
    private var good: [String] = []
    private var unknown: [String] = []
    private var missing: String?
    private var skipped: String?

    init(_ host: DoctorHost) { self.host = host }

    // MARK: Reading

    /// The value in a file. nil where the file is not there; nil, and noted as unknown, where it cannot be read or
    /// `parse` gives nil.
    mutating func read<Value>(_ path: HostPath, _ parse: ([UInt8]) -> Value?) -> Value? {
        read(path, of: host.files, parse)
    }

    /// The same, of the earlier sample and of the present one. Both or none.
    mutating func readTwice<Value>(_ path: HostPath, _ parse: ([UInt8]) -> Value?) -> (before: Value, now: Value)? {
        guard host.elapsedSeconds > 0, let now = read(path, parse),
            let before = read(path, of: host.earlier, parse)
        else { return nil }
        return (before, now)
    }

    /// The names in a folder, sorted; none where it is not there.
    mutating func names(in folder: HostPath) -> [String] {
        do {
            return try host.files.list(folder).sorted()
        } catch .absent {
            return []
        } catch {
            note(folder, error)
            return []
        }
    }

    /// `prefix`N in a folder, sorted by N.
    mutating func entries(in folder: HostPath, prefix: String, suffix: String = "") -> [NumberedEntry] {
        NumberedEntry.all(in: folder, names: names(in: folder), prefix: prefix, suffix: suffix)
    }

    private mutating func read<Value>(
        _ path: HostPath, of files: any HostFiles, _ parse: ([UInt8]) -> Value?
    ) -> Value? {
        do {
            let content = try files.read(path, limitBytes: DoctorHost.fileBytes, keepsOpen: false)
            if let value = parse(content) { return value }
            doNotKnow("\(path) holds \"\(KernelText.excerpt(content))\", which makes no sense there")
        } catch {
            note(path, error)
        }
        return nil
    }

    /// Says that something could not be read, unless it is not there.
    mutating func note(_ path: HostPath, _ error: HostFileError) {
        switch error {
        // A switched-off CPU or a feature that is off is as good as not there.
        case .absent, .busy, .notSupported, .noData: break
        default: doNotKnow(problem(path, error))
        }
    }

    /// What keeps a file from being read, and which permission would let it.
    func problem(_ path: HostPath, _ error: HostFileError) -> String {
        error == .denied
            ? "\(path): permission denied; \(FilePermission.needed(for: path, by: host.user))" : "\(path): \(error)"
    }

    // MARK: Saying

    mutating func find(
        _ severity: FindingSeverity, _ title: String, evidence: [String], why: String, remedy: [String] = []
    ) {
        findings.append(Finding(severity, title, evidence: evidence, why: why, remedy: remedy))
    }

    /// Something is as it should be.
    mutating func isGood(_ statement: String) { good.append(statement) }

    /// Something could not be looked at.
    mutating func doNotKnow(_ reason: String) {
        if unknown.count < Finding.linesMax, !unknown.contains(reason) { unknown.append(reason) }
    }

    /// The host has nothing of the kind.
    mutating func doesNotApply(_ reason: String) { missing = reason }

    /// Nobody asked for it, or somebody asked not to do it.
    mutating func isSkipped(_ reason: String) { skipped = reason }

    /// What became of the check that examined.
    func report(of check: any HostCheck.Type) -> CheckReport {
        let (status, notes): (CheckReport.Status, [String]) =
            if !findings.isEmpty {
                (.findings, good + unknown)
            } else if !unknown.isEmpty {
                (.unknown, unknown)
            } else if !good.isEmpty {
                (.ok, good)
            } else if let skipped {
                (.skipped, [skipped])
            } else {
                (.notApplicable, [missing ?? "nothing of the kind on this host"])
            }
        let sorted = findings.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }
        return CheckReport(
            id: check.id, title: check.title, status: status, findings: sorted.map(\.element), notes: notes,
            unknown: unknown)
    }
}
