import Platform
import Telemetry

/// Bytes and operations of the watched cgroups by block device, from `io.stat` or `blkio.throttle.*`.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/blkio-controller.rst of the kernel.
struct CgroupIOCollector: Collector {
    static let id = "cgroup_io"
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [bytes, operations]

    private static let bytes = MetricDescriptor(
        .counter, "latencyd_cgroup_io_bytes", unit: .bytes, help: "Bytes that a cgroup read from and wrote to a device."
    )
    private static let operations = MetricDescriptor(
        .counter, "latencyd_cgroup_io_operations", help: "Reads and writes of a cgroup on a device.")

    /// The names of devices, by their numbers.
    private var deviceNames: [String: String] = [:]

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        // A number may be given to another device.
        if sampling.looksAnew { deviceNames = [:] }
        for cgroup in sampling.host.watched.cgroups {
            if let folder = cgroup.folders[.blkio] {
                collectVersion1(folder, cgroup.path, &sampling)
            } else if let folder = cgroup.folders[.unified] {
                let devices = sampling.read(folder / "io.stat", unless: [.absent], CgroupIOText.devices)
                for device in devices ?? [] { add(device, cgroup.path, &sampling) }
            }
        }
    }

    /// The files with `_recursive` count the cgroups below as well, as version 2 does; older kernels lack them.
    private mutating func collectVersion1(_ folder: HostPath, _ cgroup: String, _ sampling: inout Sampling) {
        func read(_ file: String, _ sampling: inout Sampling) -> [CgroupIOText.Direction]? {
            sampling.read(folder / "\(file)_recursive", unless: [.absent], CgroupIOText.directions)
                ?? sampling.read(folder / file, unless: [.absent], CgroupIOText.directions)
        }
        for (descriptor, file) in [(Self.bytes, "io_service_bytes"), (Self.operations, "io_serviced")] {
            for entry in read("blkio.throttle.\(file)", &sampling) ?? [] {
                guard let device = name(of: entry.device, &sampling) else { continue }
                let labels: LabelSet = ["cgroup": cgroup, "device": device, "direction": entry.name]
                sampling.add(descriptor, labels, Double(entry.count))
            }
        }
    }

    private mutating func add(_ device: CgroupIOText.Device, _ cgroup: String, _ sampling: inout Sampling) {
        guard let name = name(of: device.number, &sampling) else { return }
        for (direction, bytes, operations) in [
            ("read", device.bytesRead, device.reads), ("write", device.bytesWritten, device.writes),
        ] {
            let labels: LabelSet = ["cgroup": cgroup, "device": name, "direction": direction]
            sampling.add(Self.bytes, labels, Double(bytes))
            sampling.add(Self.operations, labels, Double(operations))
        }
    }

    /// `sda` for `8:0`; the number where the host does not tell, nil where that could not be found out.
    private mutating func name(of number: String, _ sampling: inout Sampling) -> String? {
        if let name = deviceNames[number] { return name }
        let errorsBefore = sampling.errorCount
        let told = sampling.read(
            .sysfs("dev/block/\(number)/uevent"), unless: [.absent], CgroupIOText.deviceName)
        guard sampling.errorCount == errorsBefore else { return nil }
        let name = told ?? number
        deviceNames[number] = name
        return name
    }
}

/// What stands in the files about a cgroup's block devices.
enum CgroupIOText {
    struct Device: Equatable {
        let number: String
        var bytesRead: UInt64 = 0
        var bytesWritten: UInt64 = 0
        var reads: UInt64 = 0
        var writes: UInt64 = 0
    }

    /// One number of version 1.
    struct Direction: Equatable {
        let device: String
        let name: String
        let count: UInt64
    }

    /// `io.stat`: lines such as `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`. A cgroup that did nothing has an
    /// empty file, and a device without numbers may stand there.
    static func devices(_ content: [UInt8]) -> [Device]? {
        if content.isEmpty { return [] }
        guard content.last == UInt8(ascii: "\n"), content.count > 1 else { return nil }
        var devices: [Device] = []
        for line in content.split(separator: UInt8(ascii: "\n")).prefix(WatchLimits.devicesPerCgroupMax) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard let first = words.first, let number = deviceNumber(first) else { return nil }
            var device = Device(number: number)
            var known = 0
            for word in words.dropFirst() {
                guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let place: WritableKeyPath<Device, UInt64>
                switch String(decoding: word[..<equals], as: UTF8.self) {
                case "rbytes": place = \.bytesRead
                case "wbytes": place = \.bytesWritten
                case "rios": place = \.reads
                case "wios": place = \.writes
                default: continue
                }
                guard let value = KernelText.decimal(word[(equals + 1)...], in: 0...Int64.max) else { return nil }
                device[keyPath: place] = UInt64(value)
                known += 1
            }
            if known == 4 { devices.append(device) }
        }
        return devices
    }

    /// `blkio.throttle.io_service_bytes`: lines such as `8:0 Read 4096`, and at the end `Total 4096`.
    static func directions(_ content: [UInt8]) -> [Direction]? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        var directions: [Direction] = []
        var hasTotal = false
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard let first = words.first, let last = words.last,
                let count = KernelText.decimal(last, in: 0...Int64.max)
            else { return nil }
            if words.count == 2, first.elementsEqual("Total".utf8) {
                hasTotal = true
                continue
            }
            guard words.count == 3, let number = deviceNumber(first) else { return nil }
            let name: String? =
                words[1].elementsEqual("Read".utf8) ? "read" : words[1].elementsEqual("Write".utf8) ? "write" : nil
            guard let name, directions.count < WatchLimits.devicesPerCgroupMax * 2 else { continue }
            directions.append(Direction(device: number, name: name, count: UInt64(count)))
        }
        return hasTotal ? directions : nil
    }

    /// The line `DEVNAME=sda` of a device's `uevent`.
    static func deviceName(_ content: [UInt8]) -> String? {
        for line in content.split(separator: UInt8(ascii: "\n")) where line.starts(with: "DEVNAME=".utf8) {
            return KernelText.word(Array(line.dropFirst(8)))
        }
        return nil
    }

    private static func deviceNumber(_ word: ArraySlice<UInt8>) -> String? {
        let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        // 12 bits for the driver, 20 for the device.
        guard parts.count == 2, KernelText.decimal(parts[0], in: 0...4_095) != nil,
            KernelText.decimal(parts[1], in: 0...1_048_575) != nil
        else { return nil }
        return String(decoding: word, as: UTF8.self)
    }
}
