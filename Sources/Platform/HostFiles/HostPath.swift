/// The kernel's file systems that latencyd reads, each of which can be replaced by a folder.
public enum HostRoot: String, Sendable, Hashable, CaseIterable {
    /// `/sys` unless `--path.sysfs` says otherwise.
    case sysfs
    /// `/proc` unless `--path.procfs` says otherwise.
    case procfs
}

/// A file or folder below one of the roots, for example `sysfs:class/thermal/thermal_zone0/temp`.
///
/// A path with an empty component, `.`, `..` or a NUL could leave its root or name another file than it seems to.
/// Such a path can be formed, since names come from outside, but every read of it fails with
/// ``HostFileError/outsideRoot``.
public struct HostPath: Sendable, Hashable {
    public let root: HostRoot
    /// Without a leading slash; empty for the root itself.
    public let relative: String
    /// The hash of both, made once: a path that is read in every pass is looked up in every pass.
    private let digest: Int

    private init(_ root: HostRoot, _ relative: String) {
        self.root = root
        self.relative = relative
        var hasher = Hasher()
        hasher.combine(root)
        hasher.combine(relative)
        digest = hasher.finalize()
    }

    public static func == (one: HostPath, other: HostPath) -> Bool {
        one.digest == other.digest && one.root == other.root && one.relative == other.relative
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    /// A path below `/sys`.
    public static func sysfs(_ relative: String) -> HostPath { HostPath(.sysfs, relative) }

    /// A path below `/proc`.
    public static func procfs(_ relative: String) -> HostPath { HostPath(.procfs, relative) }

    /// The root itself.
    public static func top(of root: HostRoot) -> HostPath { HostPath(root, "") }

    /// The file or folder `name` (which may have several components) inside `folder`.
    public static func / (folder: HostPath, name: String) -> HostPath {
        HostPath(folder.root, folder.relative.isEmpty ? name : folder.relative + "/" + name)
    }

    /// The last component; empty for the root itself.
    public var name: String {
        relative.split(separator: "/").last.map(String.init) ?? ""
    }

    /// False for a path that could leave its root.
    public var staysBelowRoot: Bool {
        if relative.isEmpty { return true }
        let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
        // The component so far: how long it is, and whether it is of dots.
        var (length, dots) = (0, 0)
        func isName() -> Bool { length > 0 && !(dots == length && length <= 2) }
        for byte in relative.utf8 {
            if byte == 0 { return false }
            if byte == slash {
                guard isName() else { return false }
                (length, dots) = (0, 0)
            } else {
                length += 1
                if byte == dot { dots += 1 }
            }
        }
        return isName()
    }
}

extension HostPath: CustomStringConvertible {
    public var description: String { "\(root.rawValue):\(relative)" }
}
