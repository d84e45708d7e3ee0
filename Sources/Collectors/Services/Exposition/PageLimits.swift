/// How much of a page is taken. At a limit the sample or line is left out and counted, and the rest of the page is
/// read.
public struct PageLimits: Sendable, Hashable {
    /// A line of text with its name, labels and value. Longer ones count as malformed.
    public var lineBytesMax = 65_536
    /// Labels of one sample. A sample with more counts as malformed.
    public var labelsMax = 128
    /// Wanted samples that are kept.
    public var samplesMax = 50_000
    /// Memory for the samples kept, their names and labels; each text and each label set counts once.
    public var keptBytesMax = 16_777_216
    /// One metric in protobuf, with all its buckets. A longer one ends the page.
    public var metricBytesMax = 1_048_576
    /// Buckets of one histogram in protobuf. A histogram with more counts as malformed.
    public var bucketsMax = 10_000
    /// Malformed lines without a sample among them, after which a page counts as something else.
    public var junkLinesMax = 1_000

    public static let `default` = PageLimits()

    public init() {}
}
