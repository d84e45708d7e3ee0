import Testing

@testable import Collectors

@Suite("What the files about a cgroup's block devices hold")
struct CgroupIOTextTests {
    @Test(
        "devices without numbers are left out, an empty file is a cgroup that did nothing",
        arguments: [
            ("8:0 rbytes=1 wbytes=2 rios=3 wios=4\n7:0 \n8:16 rbytes=1\n", ["8:0"]),
            ("8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6 cost.usage=7\n", ["8:0"]), ("", []), ("\n", nil),
            ("8:0 rbytes=x wbytes=2 rios=3 wios=4\n", nil), ("8:0 rbytes=1 wbytes=2 rios=3 wios=4", nil),
            ("sda rbytes=1\n", nil), ("5000:0 rbytes=1\n", nil), ("8 rbytes=1\n", nil),
        ] as [(String, [String]?)])
    func devices(text: String, numbers: [String]?) {
        #expect(CgroupIOText.devices(Array(text.utf8))?.map(\.number) == numbers)
    }

    @Test("what is read and what is written is told apart")
    func numbers() throws {
        let device = try #require(CgroupIOText.devices(Array("8:0 rbytes=1 wbytes=2 rios=3 wios=4\n".utf8))?.first)
        #expect(device == .init(number: "8:0", bytesRead: 1, bytesWritten: 2, reads: 3, writes: 4))
    }

    @Test(
        "version 1 has a line for each direction, and a total at the end",
        arguments: [
            ("8:0 Read 5\n8:0 Write 6\n8:0 Async 7\n8:0 Total 11\nTotal 11\n", [5, 6]), ("Total 0\n", []),
            ("8:0 Read 5\n", nil), ("8:0 Read x\nTotal 1\n", nil), ("8:0 Read\nTotal 1\n", nil), ("", nil),
        ] as [(String, [UInt64]?)])
    func directions(text: String, counts: [UInt64]?) {
        #expect(CgroupIOText.directions(Array(text.utf8))?.map(\.count) == counts)
    }

    @Test("a device's name stands in its uevent")
    func name() {
        #expect(CgroupIOText.deviceName(Array("MAJOR=8\nDEVNAME=sda\n".utf8)) == "sda")
        #expect(CgroupIOText.deviceName(Array("MAJOR=8\n".utf8)) == nil)
    }
}
