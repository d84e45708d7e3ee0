import Glibc

/// Files that stay open between reads, within a budget of descriptors.
///
/// Opening a file of sysfs costs several times what reading it costs. When the budget is used up, further files are
/// opened for each read; a file that was not read for ``HostFileLimits/keptSeconds`` gives up its place.
final class KeptFiles {
    private struct Kept {
        let file: OpenFile
        var readSeconds: Double
        /// When it was last seen not to have been replaced.
        var seenSeconds: Double
    }

    var buffer = ReadBuffer()
    private let filesMax: Int
    /// How often it is looked whether a file of a tree that stands in for the host was replaced.
    private let replacementSeconds: Double
    private var files: [HostPath: Kept] = [:]
    private var nextSweepSeconds = 0.0

    init(filesMax: Int, replacementSeconds: Double) {
        self.filesMax = filesMax
        self.replacementSeconds = replacementSeconds
    }

    deinit {
        for kept in files.values { kept.file.close() }
    }

    var count: Int { files.count }

    /// The content of a file that is open; nil when it is not, or has to be opened again: whatever a read of an open
    /// file fails with, only a newly opened one says what is there now.
    func read(_ path: HostPath, limitBytes: Int) -> [UInt8]? {
        guard let place = files.index(forKey: path) else { return nil }
        let file = files.values[place].file
        let now = HostClock.coarseSeconds()
        if !isReplaced(&files.values[place], at: now), let content = try? buffer.read(file, limitBytes: limitBytes) {
            files.values[place].readSeconds = now
            return content
        }
        file.close()
        files.remove(at: place)
        return nil
    }

    private func isReplaced(_ kept: inout Kept, at now: Double) -> Bool {
        guard kept.file.canBeReplaced, now - kept.seenSeconds >= replacementSeconds else { return false }
        kept.seenSeconds = now
        return kept.file.isReplaced
    }

    /// Takes over the descriptor; false when there is no room for it.
    func keep(_ file: OpenFile, as path: HostPath) -> Bool {
        let now = HostClock.coarseSeconds()
        if files.count >= filesMax { sweep(at: now) }
        guard files.count < filesMax else { return false }
        files[path] = Kept(file: file, readSeconds: now, seenSeconds: now)
        return true
    }

    /// Closes what was not read lately; looks at all files at most once in half the time that they are kept.
    private func sweep(at now: Double) {
        guard now >= nextSweepSeconds else { return }
        nextSweepSeconds = now + HostFileLimits.keptSeconds / 2
        files = files.filter { _, kept in
            if now - kept.readSeconds < HostFileLimits.keptSeconds { return true }
            kept.file.close()
            return false
        }
    }
}
