/// A host made up for a test: files with content, and files and folders that fail as a kernel's do.
///
/// A file that fails with ``HostFileError/absent`` is still listed: it is the one that vanishes between listing
/// its folder and reading it.
public struct InMemoryHostFiles: HostFiles {
    private enum Entry {
        case file([UInt8])
        case failing(HostFileError)
    }

    private var entries: [HostPath: Entry] = [:]
    private var folders: [HostPath: Set<String>] = [:]
    private var failingFolders: [HostPath: HostFileError] = [:]
    private var links: [HostPath: String] = [:]

    public init() {}

    /// The paths of all files, failing ones included, sorted.
    public var paths: [HostPath] {
        entries.keys.sorted { $0.description < $1.description }
    }

    /// The paths of all folders, the roots included, sorted.
    public var folderPaths: [HostPath] {
        folders.keys.sorted { $0.description < $1.description }
    }

    /// Writes or replaces a file; its folders come into being.
    public mutating func write(_ content: [UInt8], to path: HostPath) {
        put(.file(content), at: path)
    }

    /// Writes or replaces a file; its folders come into being.
    public mutating func write(_ text: String, to path: HostPath) {
        write([UInt8](text.utf8), to: path)
    }

    /// From now on reading the file fails; its folder lists it.
    public mutating func fail(_ path: HostPath, with error: HostFileError) {
        put(.failing(error), at: path)
    }

    /// From now on listing the folder fails; the files in it can be read.
    public mutating func failListing(_ folder: HostPath, with error: HostFileError) {
        addFolder(folder)
        failingFolders[folder] = error
    }

    /// An empty folder, unless it is there already.
    public mutating func addFolder(_ folder: HostPath) {
        guard folders[folder] == nil else { return }
        folders[folder] = []
        link(folder)
    }

    /// From now on the folder says that it is a link. It is not followed: the folder has its own files.
    public mutating func addLink(to target: String, at folder: HostPath) {
        addFolder(folder)
        links[folder] = target
    }

    public func linkTarget(_ path: HostPath) throws(HostFileError) -> String {
        guard path.staysBelowRoot else { throw .outsideRoot }
        if let target = links[path] { return target }
        throw entries[path] == nil && folders[path] == nil ? .absent : .invalid
    }

    public func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        guard path.staysBelowRoot else { throw .outsideRoot }
        switch entries[path] {
        case .file(let content) where content.count > limitBytes: throw .tooLong(limitBytes: limitBytes)
        case .file(let content): return content
        case .failing(let error): throw error
        case nil: throw folders[path] == nil ? .absent : .wrongType
        }
    }

    public func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        guard folder.staysBelowRoot else { throw .outsideRoot }
        if let error = failingFolders[folder] { throw error }
        if let names = folders[folder] { return Array(names) }
        throw entries[folder] == nil ? .absent : .wrongType
    }

    private mutating func put(_ entry: Entry, at path: HostPath) {
        entries[path] = entry
        link(path)
    }

    /// Makes the folder that holds `path` list it.
    private mutating func link(_ path: HostPath) {
        guard !path.relative.isEmpty else { return }
        let parts = path.relative.split(separator: "/")
        let folder = parts.dropLast().reduce(HostPath.top(of: path.root)) { $0 / String($1) }
        addFolder(folder)
        folders[folder, default: []].insert(path.name)
    }
}
