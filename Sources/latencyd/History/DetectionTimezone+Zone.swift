internal import Platform

extension DetectionTimezone {
    /// Its clocks.
    func zone() throws(LocalZoneError) -> LocalZone {
        switch self {
        case .local: LocalZone.host()
        case .utc: LocalZone.utc
        case .named(let name): try LocalZone.named(name)
        }
    }
}
