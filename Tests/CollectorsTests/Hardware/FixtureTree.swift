import Glibc
import Platform
import Testing

/// A folder of Fixtures that stands in for a host: `sys`, `proc`, what they give (`golden.txt`), what changes until
/// the next pass (`later`), and the faults that a disk cannot have (`faults.txt`).
struct FixtureTree: Sendable, CustomTestStringConvertible {
    let name: String

    var testDescription: String { name }

    private static let folder = String(#filePath.dropLast("Hardware/FixtureTree.swift".count)) + "Fixtures"

    /// Every tree there is.
    static let all: [FixtureTree] = {
        let names = (try? SystemHostFiles(sysfs: folder).list(.top(of: .sysfs))) ?? []
        return names.sorted().map(FixtureTree.init)
    }()

    var path: String { Self.folder + "/" + name }
    var goldenPath: String { path + "/golden.txt" }

    /// The tree as it lies on the disk.
    var onDisk: SystemHostFiles { SystemHostFiles(sysfs: path + "/sys", procfs: path + "/proc") }

    /// What a collector reads: the tree on the disk, or a copy with the faults.
    func files() throws -> any HostFiles {
        let faults = try faults()
        return faults.isEmpty ? onDisk : try inMemory()
    }

    /// A copy of the tree, faults included.
    func inMemory() throws -> InMemoryHostFiles {
        var copy = InMemoryHostFiles()
        for root in HostRoot.allCases { try Self.copy(.top(of: root), from: onDisk, to: &copy, depthLeft: 16) }
        for (path, fault) in try faults() {
            switch fault {
            case .huge: copy.write([UInt8](repeating: UInt8(ascii: "1"), count: HostFileLimits.fileBytes + 1), to: path)
            case .error(let error): copy.fail(path, with: error)
            }
        }
        return copy
    }

    /// The tree some seconds later: with the files of `later` in place of those they are named like.
    func later() throws -> InMemoryHostFiles {
        var copy = try inMemory()
        let later = SystemHostFiles(sysfs: path + "/later/sys", procfs: path + "/later/proc")
        for root in HostRoot.allCases { try Self.copy(.top(of: root), from: later, to: &copy, depthLeft: 16) }
        return copy
    }

    /// The content of a file of the tree; nil when there is none.
    func text(_ file: String) throws -> String? {
        do {
            return String(decoding: try SystemHostFiles(sysfs: path).read(.sysfs(file)), as: UTF8.self)
        } catch HostFileError.absent {
            return nil
        }
    }

    private enum Fault {
        case huge
        case error(HostFileError)
    }

    private struct MalformedFaults: Error {
        let line: String
    }

    private func faults() throws -> [(HostPath, Fault)] {
        let lines = try text("faults.txt")?.split(separator: "\n").filter { !$0.hasPrefix("#") } ?? []
        return try lines.map { line in
            let fields = line.split(separator: " ")
            let place = fields.first?.split(separator: ":", maxSplits: 1) ?? []
            guard fields.count == 2, place.count == 2, let root = HostRoot(rawValue: String(place[0])),
                let fault = Self.fault(String(fields[1]))
            else { throw MalformedFaults(line: String(line)) }
            return (.top(of: root) / String(place[1]), fault)
        }
    }

    private static func fault(_ name: String) -> Fault? {
        if name == "HUGE" { return .huge }
        let numbers = [
            "EIO": EIO, "EACCES": EACCES, "ENODATA": ENODATA, "EAGAIN": EAGAIN, "ENOENT": ENOENT, "EBUSY": EBUSY,
            "EINVAL": EINVAL, "EOPNOTSUPP": EOPNOTSUPP,
        ]
        return numbers[name].map { .error(HostFileError(errno: $0)) }
    }

    private static func copy(
        _ path: HostPath, from tree: SystemHostFiles, to copy: inout InMemoryHostFiles, depthLeft: Int
    ) throws {
        precondition(depthLeft > 0, "\(path) is too deep, or a link that leads back")
        guard let names = try names(in: path, of: tree) else {
            return copy.write(try tree.read(path), to: path)
        }
        copy.addFolder(path)
        if !path.relative.isEmpty, let target = try? tree.linkTarget(path) { copy.addLink(to: target, at: path) }
        for name in names {
            try Self.copy(path / name, from: tree, to: &copy, depthLeft: depthLeft - 1)
        }
    }

    /// nil when the path is a file's. A tree need not have both roots.
    private static func names(in path: HostPath, of tree: SystemHostFiles) throws -> [String]? {
        do {
            return try tree.list(path)
        } catch HostFileError.wrongType {
            return nil
        } catch HostFileError.absent where path.relative.isEmpty {
            return []
        }
    }
}
