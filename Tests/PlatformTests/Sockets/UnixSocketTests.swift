import Glibc
import Platform
import TestSupport
import Testing

@Suite("A Unix socket")
struct UnixSocketTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/timings.sock" }

    /// Permission bits and kind of the file; nil when there is none. Links are not followed.
    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }

    private func isSocket(_ path: String) -> Bool { mode(path).map { $0 & S_IFMT == S_IFSOCK } ?? false }

    @Test("is private to its user until it is shared", arguments: [UnixSocket.Kind.datagram, .stream])
    func isPrivate(_ kind: UnixSocket.Kind) throws {
        let socket = try UnixSocket(kind: kind, path: path)
        defer { socket.closeAndUnlink() }
        #expect(mode(path).map { $0 & 0o777 } == 0o600)
    }

    @Test("takes the place of one that nobody listens on", arguments: [UnixSocket.Kind.datagram, .stream])
    func stale(_ kind: UnixSocket.Kind) throws {
        // Closed without unlinking, as after a crash.
        _ = try UnixClient(kind == .datagram ? .datagram : .stream, boundTo: path)
        #expect(isSocket(path))
        let socket = try UnixSocket(kind: kind, path: path)
        defer { socket.closeAndUnlink() }
        let client = try UnixClient(kind == .datagram ? .datagram : .stream, to: path)
        #expect(client.send("a:1|c"))
    }

    @Test(
        "does not take the place of one that somebody listens on",
        arguments: [
            (UnixSocket.Kind.datagram, UnixClient.Kind.datagram), (.stream, .stream), (.datagram, .stream),
            (.stream, .datagram),
        ])
    func live(_ kind: UnixSocket.Kind, _ other: UnixClient.Kind) throws {
        let listener = try UnixClient(other, boundTo: path)
        #expect(throws: UnixSocketError.inUse(path)) { try UnixSocket(kind: kind, path: path) }
        #expect(isSocket(path))
        let client = try UnixClient(other, to: path)
        #expect(client.send("a:1|c"))
        withExtendedLifetime(listener) {}
    }

    @Test("leaves a file alone that is no socket")
    func regularFile() {
        let file = folder.write(Array("precious".utf8), to: "timings.sock")
        #expect(throws: UnixSocketError.notASocket(file)) { try UnixSocket(kind: .datagram, path: file) }
        #expect(mode(file).map { $0 & S_IFMT == S_IFREG } == true)
    }

    @Test("leaves a link alone, even one to a socket that nobody listens on")
    func link() throws {
        let target = folder.path + "/other.sock"
        _ = try UnixClient(.datagram, boundTo: target)
        #expect(symlink(target, path) == 0)
        #expect(throws: UnixSocketError.notASocket(path)) { try UnixSocket(kind: .datagram, path: path) }
        #expect(mode(path).map { $0 & S_IFMT == S_IFLNK } == true)
        #expect(isSocket(target))
    }

    @Test("has a path of at most 107 bytes", arguments: [(107, true), (108, false)])
    func pathLength(_ length: Int, _ fits: Bool) throws {
        let path = folder.path + "/" + String(repeating: "s", count: length - folder.path.utf8.count - 1)
        if fits {
            try UnixSocket(kind: .datagram, path: path).closeAndUnlink()
        } else {
            let error = #expect(throws: UnixSocketError.pathTooLong(path)) {
                try UnixSocket(kind: .datagram, path: path)
            }
            #expect(error?.description.contains("108 bytes") == true)
        }
    }

    @Test("makes the folders that it needs")
    func folders() throws {
        let path = folder.path + "/a/b/timings.sock"
        let socket = try UnixSocket(kind: .stream, path: path)
        #expect(isSocket(path))
        socket.closeAndUnlink()
    }

    @Test("says which folder cannot be made")
    func folderInTheWay() {
        folder.write([], to: "a")
        let error = #expect(throws: UnixSocketError.folder(folder.path + "/a", code: ENOTDIR)) {
            try UnixSocket(kind: .stream, path: folder.path + "/a/timings.sock")
        }
        #expect(error?.description.contains("'\(folder.path)/a'") == true)
    }

    @Test("removes its file at the end, but not the one that another program put in its place")
    func unlinkOwn() throws {
        let first = try UnixSocket(kind: .datagram, path: path)
        // Moved, not removed: the file system could give a new file the same inode.
        #expect(rename(path, folder.path + "/moved.sock") == 0)
        let second = try UnixSocket(kind: .datagram, path: path)
        first.closeAndUnlink()
        #expect(isSocket(path))
        second.closeAndUnlink()
        #expect(mode(path) == nil)
    }

    @Test("knows whether its file is still its own", arguments: [UnixSocket.Kind.datagram, .stream])
    func stillBound(_ kind: UnixSocket.Kind) throws {
        let socket = try UnixSocket(kind: kind, path: path)
        defer { socket.closeAndUnlink() }
        #expect(socket.isStillBound)
        #expect(unlink(path) == 0)
        #expect(!socket.isStillBound)
        let other = try UnixSocket(kind: kind, path: path)
        defer { other.closeAndUnlink() }
        #expect(!socket.isStillBound)
        #expect(other.isStillBound)
    }

    @Test("handed over is bound as long as the service manager says, whatever lies at its path")
    func handedOverStillBound() throws {
        let bound = try UnixClient(.datagram, boundTo: path)
        let socket = UnixSocket(handedOver: dup(bound.descriptor), kind: .datagram, path: path)
        defer { socket.closeAndUnlink() }
        #expect(unlink(path) == 0)
        #expect(socket.isStillBound)
    }

    @Test("that may not be made names the settings that help", arguments: [EACCES, EPERM, EROFS])
    func refusal(_ code: Int32) {
        for error in [UnixSocketError.system(call: "bind", path: "/s", code: code), .folder("/f", code: code)] {
            #expect(error.description.contains("set push.datagram_socket and push.stream_socket"))
        }
    }

    @Test("handed over by the service manager, keeps its file at the end")
    func handedOver() throws {
        let bound = try UnixClient(.datagram, boundTo: path)
        let socket = UnixSocket(handedOver: dup(bound.descriptor), kind: .datagram, path: path)
        #expect(fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        socket.closeAndUnlink()
        #expect(isSocket(path))
    }

    @Test("names the sender of each datagram, of those too that came before anybody read")
    func sender() throws {
        let socket = try UnixSocket(kind: .datagram, path: path)
        defer { socket.closeAndUnlink() }
        let client = try UnixClient(.datagram, to: path)
        client.send("a:1|c")
        guard let receiver = DatagramReceiver(batch: 4, bytesMax: 64) else {
            Issue.record("no memory")
            return
        }
        let count = receiver.receive(socket.descriptor)
        try #require(count == 1)
        receiver.withDatagram(0) { _, _, sender in #expect(sender.pid == getpid()) }
    }

    @Test("is shared with a group that exists")
    func share() throws {
        let socket = try UnixSocket(kind: .datagram, path: path)
        defer { socket.closeAndUnlink() }
        let own = try #require(getgrgid(getgid()))
        #expect(socket.share(mode: 0o660, group: String(cString: own.pointee.gr_name)) == nil)
        #expect(mode(path).map { $0 & 0o777 } == 0o660)
    }

    @Test(
        "for a group that does not exist stays private, unless its mode lets everybody in",
        arguments: [(0o660, 0o600), (0o666, 0o666)] as [(UInt32, mode_t)])
    func missingGroup(_ asked: UInt32, _ expected: mode_t) throws {
        let socket = try UnixSocket(kind: .datagram, path: path)
        defer { socket.closeAndUnlink() }
        let warning = try #require(socket.share(mode: asked, group: "no-such-group"))
        #expect(warning.contains("no group 'no-such-group'"))
        #expect(warning.contains("stay private") == (expected == 0o600))
        #expect(mode(path).map { $0 & 0o777 } == expected)
    }
}
