internal import CSystem
import Glibc

/// The environment variables of this process.
public enum ProcessEnvironment {
    /// All of them, as they are now; of two with the same name the first.
    public static var all: [String: String] {
        var result: [String: String] = [:]
        var next = csystem_environment()
        while let entry = next?.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if parts.count == 2, result[name] == nil { result[name] = String(parts[1]) }
            next = next?.successor()
        }
        return result
    }
}
