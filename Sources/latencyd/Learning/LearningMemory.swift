/// Where what is learned outlives the process. Both calls return at once.
protocol LearningMemory: Sendable {
    /// The summaries of the minute that ended.
    func record(minute: Int64, summaries: [(series: StateSeries, summary: MinuteSummary)])
    /// The state of a baseline.
    func store(_ baseline: StoredBaseline, of series: StateSeries)
}

extension StateWriter: LearningMemory {}
