import Platform

/// What would let the doctor read a file that it may not read.
public enum FilePermission {
    /// As whom the doctor runs.
    public enum User: Sendable, Hashable {
        case root
        case plain
    }

    /// In half a sentence. Files that show the inside of a process follow the rules of ptrace, all others their mode.
    static func needed(for path: HostPath, by user: User) -> String {
        switch user {
        case .root: "not even root may here; run it outside the container, or look for a security policy"
        case .plain: "run as root, or with \(isOfProcess(path) ? "CAP_SYS_PTRACE" : "CAP_DAC_READ_SEARCH")"
        }
    }

    private static func isOfProcess(_ path: HostPath) -> Bool {
        let parts = path.relative.split(separator: "/")
        return path.root == .procfs && parts.first.map { $0.utf8.allSatisfy { (48...57).contains($0) } } == true
    }
}
