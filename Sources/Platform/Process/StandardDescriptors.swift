import Glibc

/// Standard input, output and error of this process.
public enum StandardDescriptors {
    /// Opens `/dev/null` for those that are closed. Otherwise the next sockets or files would take their numbers, and
    /// what is printed would be written into them.
    ///
    /// Call first of all, before anything else is opened.
    public static func fillGaps() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { fill(descriptor) }
    }

    static func fill(_ descriptor: Int32) {
        guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { return }
        let null = open("/dev/null", O_RDWR | O_NOCTTY)
        guard null >= 0, null != descriptor else { return }
        dup2(null, descriptor)
        close(null)
    }
}
