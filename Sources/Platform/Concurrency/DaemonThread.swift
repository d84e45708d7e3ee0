internal import CSystem
import Glibc

/// A named thread of the operating system that runs one function to its end.
public final class DaemonThread: Sendable {
    /// Why a thread could not be started.
    public struct StartError: Error, CustomStringConvertible {
        public let name: String
        public let code: Int32
        public var description: String {
            "cannot start the thread '\(name)': \(SystemError.text(code)); is the limit of tasks (TasksMax, ulimit -u) reached?"
        }
    }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts `body` on a thread of its own. Signals are blocked there: the main loop reads them.
    ///
    /// - Parameter name: as seen in `top -H`, at most 15 bytes.
    public init(name: String, body: @escaping @Sendable () -> Void) throws(StartError) {
        let context = Unmanaged.passRetained(Body(name: name, run: body))
        var thread = pthread_t()
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        let code = pthread_create(&thread, nil, Self.entry, context.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            context.release()
            throw StartError(name: name, code: code)
        }
        self.thread = thread
    }

    /// Waits until the body has returned. Call once, and not with ``detach()``.
    public func join() { pthread_join(thread, nil) }

    /// Lets the thread end by itself, without anybody waiting for it. Call once, and not with ``join()``.
    public func detach() { pthread_detach(thread) }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        let body = Unmanaged<Body>.fromOpaque(context!).takeRetainedValue()
        csystem_name_thread(body.name)
        body.run()
        return nil
    }
}
