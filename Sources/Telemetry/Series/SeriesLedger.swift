/// Counts series, and the bytes of their names, in all, per sender and per user: what limits are checked against.
struct SeriesLedger: Sendable {
    private(set) var all = Account()
    private(set) var perSender: [Sender: Account] = [:]
    private(set) var perUser: [UInt32: Account] = [:]

    struct Account: Sendable, Equatable {
        var seriesCount = 0
        var nameBytes = 0

        mutating func change(series: Int, nameBytes bytes: Int) {
            seriesCount += series
            nameBytes += bytes
        }
    }

    mutating func add(_ sender: Sender, nameBytes: Int) {
        all.change(series: 1, nameBytes: nameBytes)
        perSender[sender, default: Account()].change(series: 1, nameBytes: nameBytes)
        perUser[sender.uid, default: Account()].change(series: 1, nameBytes: nameBytes)
    }

    mutating func remove(_ sender: Sender, nameBytes: Int) {
        all.change(series: -1, nameBytes: -nameBytes)
        perSender[sender]?.change(series: -1, nameBytes: -nameBytes)
        if perSender[sender]?.seriesCount == 0 { perSender[sender] = nil }
        perUser[sender.uid]?.change(series: -1, nameBytes: -nameBytes)
        if perUser[sender.uid]?.seriesCount == 0 { perUser[sender.uid] = nil }
    }

    /// The user who has more than half of the series or of the bytes that there may be; nil when nobody has.
    func hog(seriesMax: Int, nameBytesMax: Int) -> UInt32? {
        perUser.first { $0.value.seriesCount > seriesMax / 2 || $0.value.nameBytes > nameBytesMax / 2 }?.key
    }
}
