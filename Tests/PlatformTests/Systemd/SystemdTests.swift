import Glibc
import Testing

@testable import Platform

/// A Unix socket bound to a path of its own in the temporary folder.
final class BoundSocket {
    let descriptor: Int32
    let path: String

    init(_ type: __socket_type, listens: Bool = false) throws {
        path = "/tmp/latencyd-test-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock"
        descriptor = socket(AF_UNIX, Int32(type.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0, !listens || listen(descriptor, 1) == 0 else {
            throw RawClient.ClientError.failed("bind", errno)
        }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The next datagram; nil when none comes.
    func receive() -> String? {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, 10_000) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

// These tests change the environment, so each runs in a process of its own.
@Suite("systemd")
struct SystemdTests {
    @Test("is told how the daemon is doing")
    func notify() async {
        await #expect(processExitsWith: .success) {
            let socket = try BoundSocket(SOCK_DGRAM)
            setenv("NOTIFY_SOCKET", socket.path, 1)
            #expect(Notify.ready() == .sent)
            #expect(socket.receive() == "READY=1")
            #expect(Notify.status("12 series\nREADY=1") == .sent)
            #expect(socket.receive() == "STATUS=12 series READY=1")
            #expect(Notify.watchdog() == .sent)
            #expect(socket.receive() == "WATCHDOG=1")
            #expect(Notify.reloading() == .sent)
            let reloading = try #require(socket.receive())
            let microseconds = try #require(UInt64(reloading.replacing("RELOADING=1\nMONOTONIC_USEC=", with: "")))
            let now = Monitor<Void>.nowNanoseconds / 1000
            #expect(microseconds <= now && microseconds + 10_000_000 > now)
            #expect(Notify.stopping() == .sent)
            #expect(socket.receive() == "STOPPING=1")
        }
    }

    @Test("is not told anything where it is not, or does not listen")
    func notifyNobody() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            #expect(Notify.ready() == .noManager)
            setenv("NOTIFY_SOCKET", "/tmp/latencyd-no-such-socket", 1)
            #expect(Notify.ready() == .failed(ENOENT))
        }
    }

    @Test("says how often it wants to hear from the daemon, and only when it means this process")
    func watchdog() async {
        await #expect(processExitsWith: .success) {
            unsetenv("WATCHDOG_USEC")
            unsetenv("WATCHDOG_PID")
            #expect(Notify.watchdogInterval == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(Notify.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "1", 1)
            #expect(Notify.watchdogInterval == nil)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            setenv("WATCHDOG_USEC", "often", 1)
            #expect(Notify.watchdogInterval == nil)
        }
    }

    @Test("hands over sockets, which are told apart by what they are, and the environment is cleared")
    func take() async {
        await #expect(processExitsWith: .success) {
            let stream = try BoundSocket(SOCK_STREAM, listens: true)
            let datagram = try BoundSocket(SOCK_DGRAM)
            // The descriptors have to be 3 and 4, whatever was there in this process.
            let high = [fcntl(stream.descriptor, F_DUPFD, 100), fcntl(datagram.descriptor, F_DUPFD, 100)]
            dup2(high[0], 3)
            dup2(high[1], 4)
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "2", 1)
            setenv("LISTEN_FDNAMES", "stream:timings", 1)
            let taken = ListenDescriptors.take()
            #expect(taken.stream == [.init(descriptor: 3, name: "stream", path: stream.path)])
            #expect(taken.datagram == [.init(descriptor: 4, name: "timings", path: datagram.path)])
            #expect(taken.ignored.isEmpty)
            for descriptor: Int32 in [3, 4] {
                #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
                #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
            }
            #expect(getenv("LISTEN_FDS") == nil && getenv("LISTEN_PID") == nil && getenv("LISTEN_FDNAMES") == nil)
            #expect(ListenDescriptors.take() == ListenDescriptors())
        }
    }

    @Test("hands over nothing that is meant for another process, or is not to be understood")
    func takeNothing() async {
        await #expect(processExitsWith: .success) {
            setenv("LISTEN_PID", "1", 1)
            setenv("LISTEN_FDS", "2", 1)
            #expect(ListenDescriptors.take() == ListenDescriptors())
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "many", 1)
            let taken = ListenDescriptors.take()
            #expect(taken.stream.isEmpty && taken.datagram.isEmpty)
            #expect(taken.ignored.count == 1)
        }
    }

    @Test("is told by name which socket is of no use, and the socket is closed")
    func ignored() throws {
        let silent = try BoundSocket(SOCK_STREAM)
        let packets = try BoundSocket(SOCK_SEQPACKET, listens: true)
        let inherited: [(descriptor: Int32, name: String, reason: String)] = [
            (socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "tcp", "no Unix socket"),
            (dup(silent.descriptor), "silent", "does not listen"),
            (dup(packets.descriptor), "packets", "neither a datagram nor a stream socket"),
            (open("/dev/null", O_RDONLY), "file", "no socket"),
        ]
        let taken = ListenDescriptors(sorting: inherited.map { ($0.descriptor, $0.name) })
        #expect(taken.datagram.isEmpty && taken.stream.isEmpty)
        #expect(taken.ignored.map(\.name) == inherited.map(\.name))
        for (ignored, expected) in zip(taken.ignored, inherited) {
            #expect(ignored.description.contains("\"\(expected.name)\""))
            #expect(ignored.reason.contains(expected.reason))
        }
    }

    @Test("prints to the journal when device and inode say so")
    func journalStream() throws {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        #expect(JournalStream.matches("\(status.st_dev):\(status.st_ino)", descriptor))
        #expect(!JournalStream.matches("\(status.st_dev):\(status.st_ino)", -1))
        for wrong in [
            "", ":", "\(status.st_dev)", "\(status.st_dev):", "\(status.st_dev):\(status.st_ino + 1)",
            "\(status.st_dev + 1):\(status.st_ino)", "\(status.st_dev):\(status.st_ino):1", "a:b", "-1:-1",
        ] {
            #expect(!JournalStream.matches(wrong, descriptor), "\(wrong)")
        }
    }

    @Test("refuses fields that journald would drop")
    func journalFields() {
        for name in ["", "message", "_PID", "1ST", "A-B", "Ä", String(repeating: "A", count: 65)] {
            #expect(throws: JournalWriter.SendError.invalidName(name)) { try JournalWriter.send([(name, "x")]) }
        }
        let long = String(repeating: "x", count: JournalWriter.fieldBytesMax)
        #expect(throws: JournalWriter.SendError.fieldTooLong(name: "MESSAGE", bytes: long.utf8.count + 8)) {
            try JournalWriter.send([("MESSAGE", long)])
        }
        let many = (0...JournalWriter.fieldsMax).map { ("FIELD\($0)", "x") }
        #expect(throws: JournalWriter.SendError.tooManyFields(many.count)) { try JournalWriter.send(many) }
    }

    @Test("is said not to be there where it is not", .enabled(if: !JournalWriter.isAvailable))
    func noJournal() {
        let error = #expect(throws: JournalWriter.SendError.self) { try JournalWriter.send([("MESSAGE", "x")]) }
        #expect(error == .noJournal)
        #expect(error?.description.contains("journald") == true)
    }

    @Test("takes an entry with line breaks in its values", .enabled(if: JournalWriter.isAvailable))
    func journal() throws {
        try JournalWriter.send([
            ("MESSAGE", "first line\nsecond line"), ("PRIORITY", "6"), ("LATENCYD_TEST", "a=b\n"),
            ("LATENCYD_TEST", "\0é"),
        ])
    }
}
