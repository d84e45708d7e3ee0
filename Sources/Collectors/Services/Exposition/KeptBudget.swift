/// The memory that is left for what is kept of a page. What things take beside their bytes is rounded up.
struct KeptBudget {
    /// A text: String, place in the table, heads of allocations.
    static let textBytes = 96
    /// A label in a set: two Strings, and its part of the key.
    static let labelBytes = 48
    /// A label set beside its labels.
    static let setBytes = 96
    /// The bytes of a label set as the page writes them.
    static let blockBytes = 48
    /// A sample: while it is read, in the page, and in the table of those seen.
    static let sampleBytes = 80
    /// A name with its list of samples, or with its kind.
    static let nameBytes = 160

    private(set) var bytesLeft: Int

    init(bytes: Int) { bytesLeft = bytes }

    /// Whether there was room for `bytes`, which are gone then.
    mutating func take(_ bytes: Int) -> Bool {
        guard bytes <= bytesLeft else { return false }
        bytesLeft -= bytes
        return true
    }
}
