/// What this program is.
enum Version {
    /// The release, by semantic versioning.
    static let number = "0.1.0"

    /// What `--version` prints.
    static let line = "latencyd, version \(number) (swift \(swift), linux/\(architecture))"

    /// The compiler's version, as far as the compiler lets itself be asked.
    static let swift: String = {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #elseif compiler(>=6.2)
            "6.2"
        #else
            "6.1"
        #endif
    }()

    /// The processor's architecture, named as Prometheus' own programs do.
    static let architecture: String = {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }()
}
