/// What the state database holds at the most; `storage.max_size` and `storage.retention` are settings.
enum StateLimits {
    /// Series that are remembered.
    static let seriesMax = 50_000
    /// Summaries of one minute.
    static let summariesPerMinuteMax = 50_000
    /// Bytes of the state of one baseline.
    static let baselineBytesMax = 32_768
    /// Alerts in the history.
    static let alertsMax = 10_000
    /// Bytes of labels and annotations of one alert.
    static let alertBytesMax = 65_536
    /// Alerts that fire and go on after a restart.
    static let firingMax = 10_000
    /// Hours that one minute's clean-up takes away because they are too old: a clock that is wrong for some minutes does
    /// not cost what was learned in weeks.
    static let hoursForgottenPerMinute = 2
    /// Series that it forgets for the same reason.
    static let seriesForgottenPerMinute = 20
    /// Pages without content that it gives back to the file system.
    static let pagesGivenBackPerMinute: Int64 = 1_024
    /// Damaged databases that are kept.
    static let damagedKept = 2
    /// How long the start looks for damage, in seconds.
    static let checkSecondsMax = 2.0

    /// Minutes that wait for the disk.
    static let waitingMinutesMax = 60
    /// Summaries of all minutes that wait.
    static let waitingSummariesMax = 200_000
    /// Bytes of the baselines that wait.
    static let waitingBaselineBytesMax = 32 << 20
    /// Changes of alerts that wait.
    static let waitingAlertsMax = 1_000
    /// Bytes of baselines that one transaction takes.
    static let transactionBytesMax = 4 << 20
    /// Pause after a failure, in seconds.
    static let retrySeconds = 60.0
    /// How long the end of the process waits for what is not written yet, in seconds.
    static let stopSeconds = 5.0
}
