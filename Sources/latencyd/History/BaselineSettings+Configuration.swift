internal import AnomalyDetect

extension BaselineSettings {
    /// What `detection` says, for series whose direction is `direction`.
    init(_ detection: DetectionConfiguration, direction: BaselineDirection) {
        self.init()
        self.direction = direction
    }
}
