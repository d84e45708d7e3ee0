import Platform
import Testing

@Suite("A host made up for tests")
struct InMemoryHostFilesTests {
    private let zone = HostPath.sysfs("class/thermal/thermal_zone0")

    @Test("folders come into being with their files")
    func folders() throws {
        var files = InMemoryHostFiles()
        files.write("45000\n", to: zone / "temp")
        files.write("acpitz\n", to: zone / "type")
        #expect(try files.list(.sysfs("class/thermal")) == ["thermal_zone0"])
        #expect(try files.list(zone).sorted() == ["temp", "type"])
        #expect(try files.read(zone / "temp") == Array("45000\n".utf8))
        #expect(files.paths == [zone / "temp", zone / "type"])
    }

    @Test("a file that vanishes is listed and cannot be read")
    func vanishing() throws {
        var files = InMemoryHostFiles()
        files.fail(zone / "temp", with: .absent)
        #expect(try files.list(zone) == ["temp"])
        #expect(throws: HostFileError.absent) { try files.read(zone / "temp") }
    }

    @Test("a folder that cannot be listed still holds its files")
    func unlistable() throws {
        var files = InMemoryHostFiles()
        files.write("1", to: zone / "temp")
        files.failListing(zone, with: .denied)
        #expect(throws: HostFileError.denied) { try files.list(zone) }
        #expect(try files.read(zone / "temp") == [UInt8(ascii: "1")])
    }

    @Test("a folder can say that it is a link")
    func links() throws {
        var files = InMemoryHostFiles()
        files.write("acpitz", to: zone / "type")
        files.addLink(to: "../../devices/virtual/thermal/thermal_zone0", at: zone)
        #expect(try files.linkTarget(zone) == "../../devices/virtual/thermal/thermal_zone0")
        #expect(try files.list(zone) == ["type"])
        #expect(throws: HostFileError.invalid) { try files.linkTarget(zone / "type") }
        #expect(throws: HostFileError.absent) { try files.linkTarget(.sysfs("none")) }
        #expect(throws: HostFileError.outsideRoot) { try files.linkTarget(.sysfs("..")) }
    }

    @Test("it fails as the real host does")
    func failures() {
        var files = InMemoryHostFiles()
        files.write([1, 2, 3], to: zone / "temp")
        #expect(throws: HostFileError.tooLong(limitBytes: 2)) {
            try files.read(zone / "temp", limitBytes: 2, keepsOpen: false)
        }
        #expect(throws: HostFileError.absent) { try files.read(zone / "none") }
        #expect(throws: HostFileError.absent) { try files.list(.procfs("pressure")) }
        #expect(throws: HostFileError.wrongType) { try files.read(zone) }
        #expect(throws: HostFileError.wrongType) { try files.list(zone / "temp") }
        #expect(throws: HostFileError.outsideRoot) { try files.read(zone / "../temp") }
    }
}
