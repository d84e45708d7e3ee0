import Glibc

/// A value and the lock in front of it. Whoever waits is served in the order of coming, so that a thread which takes
/// the lock again and again cannot starve another.
///
/// A pthread mutex and condition: ThreadSanitizer understands them.
///
/// `@unchecked Sendable`: `value` is touched only between `acquire` and `release`.
public final class Locked<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let turn = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var nextTicket: UInt64 = 0
    private var servedTicket: UInt64 = 0
    private var value: Value

    public init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(turn, nil)
    }

    deinit {
        pthread_cond_destroy(turn)
        pthread_mutex_destroy(mutex)
        turn.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the value, alone. Must not be called again inside.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        acquire()
        defer { release() }
        return try body(&value)
    }

    private func acquire() {
        pthread_mutex_lock(mutex)
        let ticket = nextTicket
        nextTicket &+= 1
        while ticket != servedTicket { pthread_cond_wait(turn, mutex) }
        pthread_mutex_unlock(mutex)
    }

    private func release() {
        pthread_mutex_lock(mutex)
        servedTicket &+= 1
        // Every waiter looks whether it is its turn; there are three threads at the most.
        if nextTicket != servedTicket { pthread_cond_broadcast(turn) }
        pthread_mutex_unlock(mutex)
    }
}
