/// Counts series, and the bytes of their names, in all, per sender and per user: what limits are checked against.
struct SeriesLedger: Sendable {
    private(set) var seriesCount = 0
    private(set) var nameBytes = 0
    private(set) var perSender: [Sender: Account] = [:]
    private(set) var seriesPerUser: [UInt32: Int] = [:]

    struct Account: Sendable, Equatable {
        var seriesCount = 0
        var nameBytes = 0
    }

    mutating func add(_ sender: Sender, nameBytes bytes: Int) {
        seriesCount += 1
        nameBytes += bytes
        perSender[sender, default: Account()].seriesCount += 1
        perSender[sender, default: Account()].nameBytes += bytes
        seriesPerUser[sender.uid, default: 0] += 1
    }

    mutating func remove(_ sender: Sender, nameBytes bytes: Int) {
        seriesCount -= 1
        nameBytes -= bytes
        perSender[sender]?.seriesCount -= 1
        perSender[sender]?.nameBytes -= bytes
        if perSender[sender]?.seriesCount == 0 { perSender[sender] = nil }
        seriesPerUser[sender.uid]? -= 1
        if seriesPerUser[sender.uid] == 0 { seriesPerUser[sender.uid] = nil }
    }

    /// The user with the most series and how many those are; nil when there are none.
    var largestUser: (uid: UInt32, seriesCount: Int)? {
        seriesPerUser.max { ($0.value, $0.key) < ($1.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
