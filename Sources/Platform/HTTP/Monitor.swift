internal import Glibc

/// State behind a lock, and a thread that sleeps until the state's next deadline.
///
/// `@unchecked Sendable`: the state is touched with the mutex held only.
final class Monitor<State>: @unchecked Sendable {
    /// When `run` looks again.
    enum Wake {
        /// Nanoseconds of CLOCK_MONOTONIC.
        case at(UInt64)
        case whenSignalled
        case never
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes `run` before its time.
    func signal() { pthread_cond_signal(condition) }

    /// Calls `body` with the lock held, now and at each moment it asks for, until it says never.
    func run(_ body: (inout State) -> Wake) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch body(&state) {
            case .never:
                return
            case .whenSignalled:
                pthread_cond_wait(condition, mutex)
            case .at(let nanoseconds):
                var time = timespec(
                    tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
                pthread_cond_timedwait(condition, mutex, &time)
            }
        }
    }

    /// CLOCK_MONOTONIC, nanoseconds.
    static var nowNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
