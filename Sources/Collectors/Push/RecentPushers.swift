/// The processes that pushed since somebody last asked.
///
/// Noting one costs a comparison as long as few processes push; who asks every few seconds gets each about once.
public struct RecentPushers: Sendable {
    /// The most processes that are noted between two questions; further ones are noted after the next.
    public static let notedMax = 4_096
    /// By the last bits of the pid, so that processes that take turns need no search.
    private static let places = 1_024

    private var latest = [Int32](repeating: 0, count: places)
    private var noted: [Int32] = []

    public init() {}

    /// Notes a process; 0, which the kernel gives for one that is not visible from here, is nobody.
    @inline(__always)
    mutating func note(_ pid: Int32) {
        let place = Int(pid) & (Self.places - 1)
        if latest[place] != pid { add(pid, at: place) }
    }

    /// Those noted since the last time, in the order in which they pushed first; some may be there twice.
    public mutating func take() -> [Int32] {
        guard !noted.isEmpty else { return [] }
        defer {
            noted = []
            for place in latest.indices { latest[place] = 0 }
        }
        return noted
    }

    private mutating func add(_ pid: Int32, at place: Int) {
        guard pid > 0, noted.count < Self.notedMax else { return }
        latest[place] = pid
        noted.append(pid)
    }
}
