import Platform

/// What a collector found about the watched processes or cgroups, kept from pass to pass.
///
/// As ``Discovery``, and found anew when other ones are watched, too.
struct WatchDiscovery<Found: Sendable>: Sendable {
    private var found: Found?
    private var revision: UInt64 = 0

    mutating func callAsFunction(
        _ sampling: inout Sampling, find: (inout Sampling, Watched) throws(CollectorError) -> Found
    ) throws(CollectorError) -> Found {
        let watched = sampling.host.watched
        if let found, !sampling.looksAnew, revision == watched.revision { return found }
        found = nil
        revision = watched.revision
        let result = try sampling.finding { (sampling) throws(CollectorError) in try find(&sampling, watched) }
        found = result
        return result
    }
}

extension Sampling {
    /// The value in a file of a watched process or cgroup, whose own folder is `owner`. Where that has ended, nil is no
    /// error; else as ``read(_:_:)``.
    mutating func read<Value>(
        _ path: HostPath, of owner: HostPath, unless tolerated: [HostFileError] = [], _ parse: ([UInt8]) -> Value?
    ) -> Value? {
        do {
            let content = try host.files.read(path, limitBytes: HostFileLimits.fileBytes, keepsOpen: !isFinding)
            if let value = parse(content) { return value }
            count(.garbled(path, found: KernelText.excerpt(content)))
        } catch .absent where !isThere(owner) {
            // It has ended.
        } catch {
            if !tolerated.contains(error) { count(.unreadable(path, error)) }
        }
        return nil
    }

    /// Whether a folder can be listed.
    func isThere(_ folder: HostPath) -> Bool { (try? host.files.list(folder)) != nil }

    /// As ``read(_:unless:limitBytes:_:)``, for a file that is not worth being kept open.
    mutating func readOnce<Value>(
        _ path: HostPath, unless tolerated: [HostFileError], limitBytes: Int = HostFileLimits.fileBytes,
        _ parse: ([UInt8]) -> Value?
    ) -> Value? {
        do {
            let content = try host.files.read(path, limitBytes: limitBytes, keepsOpen: false)
            if let value = parse(content) { return value }
            count(.garbled(path, found: KernelText.excerpt(content)))
        } catch {
            if !tolerated.contains(error) { count(.unreadable(path, error)) }
        }
        return nil
    }
}
