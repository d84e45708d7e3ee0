import Platform

/// The sum of one counter over many devices that come and go.
///
/// What a device adds later is added; what it had counted when it was first seen is in the sum as well. A device that
/// goes away, or starts anew at zero, takes nothing from the sum, so that it never falls.
struct CounterSum: Sendable {
    private var paths: [HostPath] = []
    /// In the order of `paths`.
    private var readings: [Int64] = []
    /// The last readings of devices that went away: one that comes back counts on from there.
    private var gone: [HostPath: Int64] = [:]
    private var total: Int64 = 0

    /// Reads all files and gives the sum; nil when one of them could not be read: a sum without it would be wrong.
    mutating func add(
        _ files: [HostPath], _ sampling: inout Sampling, _ parse: ([UInt8]) -> Int64?
    ) -> Int64? {
        if files != paths { take(files) }
        var isWhole = true
        for (place, file) in files.enumerated() {
            guard let reading = sampling.read(file, parse) else {
                isWhole = false
                continue
            }
            total += max(0, reading - readings[place])
            readings[place] = reading
        }
        return isWhole ? total : nil
    }

    private mutating func take(_ files: [HostPath]) {
        for (path, reading) in zip(paths, readings) { gone[path] = reading }
        readings = files.map { gone.removeValue(forKey: $0) ?? 0 }
        paths = files
    }
}
