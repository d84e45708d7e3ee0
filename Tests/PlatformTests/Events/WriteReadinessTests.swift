import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Readiness for writing")
struct WriteReadinessTests {
    // The journal's library blocks in sendmsg(2) while journald does not read.
    @Test("of a datagram socket ends when its queue is full, and comes back when it is read", .timeLimit(.minutes(1)))
    func datagrams() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/journal"
        #expect(!WriteReadiness.wait(datagramSocket: path, milliseconds: 0))
        let reader = try UnixClient(.datagram, boundTo: path)
        #expect(WriteReadiness.wait(datagramSocket: path, milliseconds: 0))
        let writer = try UnixClient(.datagram, to: path)
        _ = fcntl(writer.descriptor, F_SETFL, O_NONBLOCK)
        while writer.send("x") {}
        #expect(!WriteReadiness.wait(datagramSocket: path, milliseconds: 1))
        var buffer = [UInt8](repeating: 0, count: 16)
        _ = fcntl(reader.descriptor, F_SETFL, O_NONBLOCK)
        while read(reader.descriptor, &buffer, buffer.count) > 0 {}
        #expect(WriteReadiness.wait(datagramSocket: path, milliseconds: 0))
    }

    @Test("is none of a closed descriptor")
    func closed() {
        #expect(!WriteReadiness.wait(-1, milliseconds: 0))
        #expect(!WriteReadiness.wait(1_000_000, milliseconds: 0))
    }
}
