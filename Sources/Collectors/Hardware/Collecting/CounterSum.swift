import Platform

/// The sum of one counter over many devices that come and go.
///
/// What a device adds later is added; what it had counted when it was first seen is in the sum as well. A device that
/// goes away, or starts anew at zero, takes nothing from the sum, so that it never falls.
/// Where there are many devices, each pass reads a part of them, and the sum is that much behind.
struct CounterSum: Sendable {
    /// The most devices of which all are read in each pass; twice as many are read in two passes, and so on.
    static let readsPerPassMax = 64

    private var paths: [HostPath] = []
    /// In the order of `paths`.
    private var readings: [Int64] = []
    /// The last readings of devices that went away: one that comes back counts on from there.
    private var gone: [HostPath: Int64] = [:]
    /// Places of devices that could not be read when it was their turn.
    private var unread: Set<Int> = []
    private var turn = 0
    private var total: Int64 = 0

    /// Reads the files, or those whose turn it is, and gives the sum; nil when one of them could not be read: a sum
    /// without it would be wrong.
    mutating func add(
        _ files: [HostPath], _ sampling: inout Sampling, _ parse: ([UInt8]) -> Int64?
    ) -> Int64? {
        let isNew = files != paths
        if isNew { take(files) }
        // The same array as the caller's compares by its address from now on.
        paths = files
        let turns = isNew ? 1 : (files.count + Self.readsPerPassMax - 1) / Self.readsPerPassMax
        turn = turns > 1 ? (turn + 1) % turns : 0
        // Those that failed are tried in every pass: it is up to them whether there is a sum, and a pass that meets
        // as many errors as the one before does not look as if devices came or went.
        let again = unread.sorted().prefix(Self.readsPerPassMax).filter { turns > 1 && $0 % turns != turn }
        for place in again { add(files[place], at: place, &sampling, parse) }
        for place in stride(from: turn, to: files.count, by: max(turns, 1)) {
            add(files[place], at: place, &sampling, parse)
        }
        return unread.isEmpty ? total : nil
    }

    private mutating func add(
        _ file: HostPath, at place: Int, _ sampling: inout Sampling, _ parse: ([UInt8]) -> Int64?
    ) {
        guard let reading = sampling.read(file, parse) else {
            unread.insert(place)
            return
        }
        unread.remove(place)
        let (sum, isOver) = total.addingReportingOverflow(max(0, reading - readings[place]))
        total = isOver ? .max : sum
        readings[place] = reading
    }

    private mutating func take(_ files: [HostPath]) {
        for (path, reading) in zip(paths, readings) { gone[path] = reading }
        readings = files.map { gone.removeValue(forKey: $0) ?? 0 }
        unread = []
    }
}
