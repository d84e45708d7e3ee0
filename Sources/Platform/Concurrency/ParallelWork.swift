internal import CSystem
import Glibc

/// Work that falls into independent parts, spread over threads.
public enum ParallelWork {
    /// CPUs that this process may run on.
    public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Calls `body` once for each of `0..<count`, on at most `threadsMax` threads, and returns when all are done.
    /// The lower numbers begin first. Where no thread can be started, the calling one does it all.
    public static func run(_ count: Int, threadsMax: Int = processorCount, body: @escaping @Sendable (Int) -> Void) {
        let next = Locked(0)
        let work: @Sendable () -> Void = {
            while true {
                let place = next.withLock { place in
                    defer { place += 1 }
                    return place
                }
                guard place < count else { return }
                body(place)
            }
        }
        let threads = (1..<max(1, min(threadsMax, count))).compactMap { _ in
            try? DaemonThread(name: "work", body: work)
        }
        work()
        for thread in threads { thread.join() }
    }
}
