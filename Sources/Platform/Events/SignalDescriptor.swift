internal import CSystem
import Glibc

/// Signals as something to read (Linux signalfd), for the one loop that handles them.
public final class SignalDescriptor: Sendable {
    /// Readable while a signal is pending.
    public let descriptor: Int32

    /// Blocks `signals` for the calling thread, and so for every thread it starts later. Nil when the process has no
    /// descriptor left.
    public init?(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// The next pending signal; nil when there is none.
    public func next() -> Int32? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard read(descriptor, &info, size) == size else { return nil }
        return Int32(info.ssi_signo)
    }

    /// Keeps a write to a closed socket or pipe from ending the process.
    public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
