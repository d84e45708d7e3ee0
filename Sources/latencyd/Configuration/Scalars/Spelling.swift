/// Guesses what a misspelt word was meant to be.
enum Spelling {
    /// The nearest of `candidates`, the first one among equals; nil when none is near enough to be meant.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let written = Array(word.lowercased().utf8)
        guard written.count <= 64 else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(written, Array(candidate.utf8))
            // A third of the letters may be wrong.
            let allowed = max(1, candidate.utf8.count / 3)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate ?? beginning(with: word, among: candidates)
    }

    /// The one candidate that `word` is the beginning of.
    private static func beginning(with word: String, among candidates: [String]) -> String? {
        let longer = candidates.filter { $0.hasPrefix(word.lowercased()) }
        return word.utf8.count >= 3 && longer.count == 1 ? longer[0] : nil
    }

    /// Letters to insert, remove, replace, or swap with their neighbour (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                let replaced = last[j] + (left[i] == right[j] ? 0 : 1)
                var least = min(replaced, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
