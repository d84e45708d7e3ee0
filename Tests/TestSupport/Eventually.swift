import Glibc

/// Waits until `condition` holds, without a guess how long that takes; false when it does not within the deadline,
/// which is longer than anything that works needs, under sanitizers as well.
public func eventually(withinSeconds seconds: Double = 20, _ condition: () -> Bool) -> Bool {
    let deadline = now() + seconds
    while !condition() {
        if now() > deadline { return false }
        usleep(2000)
    }
    return true
}

private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
