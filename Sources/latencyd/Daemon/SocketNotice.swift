/// Decides when the log says that the files of push sockets are gone: once a minute at most.
struct SocketNotice {
    private var clock = NoticeClock()

    /// The line to be logged now; nil for none. `lost` are the paths that lead to this process no more.
    mutating func line(lost: [String], at monotonicSeconds: Double) -> String? {
        guard !lost.isEmpty, clock.isDue(at: monotonicSeconds) else { return nil }
        clock.give(at: monotonicSeconds)
        let files =
            lost.count == 1 ? "the socket file \(lost[0]) is" : "the socket files \(lost.joined(separator: ", ")) are"
        return "\(files) gone or replaced, timings pushed there are lost: restart latencyd"
    }
}
