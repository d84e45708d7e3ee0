/// What stands in the files of a process.
///
/// Source: Documentation/filesystems/proc.rst and Documentation/scheduler/sched-stats.rst of the kernel.
enum ProcessText {
    /// Numbers of `/proc/PID/stat`.
    struct Status: Equatable {
        var comm: String
        var minorFaults: Int64
        var majorFaults: Int64
        var userTicks: Int64
        var systemTicks: Int64
        var threads: Int64
        var startTicks: Int64
        /// It has ended, and its parent has not noticed yet. Where only the first thread has ended, others go on.
        var hasEnded = false
    }

    /// How long a thread ran, and how long it could run and waited for a CPU.
    struct Scheduling: Equatable {
        var runNanoseconds: Int64
        var waitNanoseconds: Int64
    }

    /// How long a thread waited for a CPU, and how often it was switched away from.
    struct Switches: Equatable {
        var voluntary: Int64
        var involuntary: Int64
    }

    /// Exact as a Double.
    private static let counts: ClosedRange<Int64> = 0...1 << 53

    /// `PID (NAME) STATE …`, where the name may hold anything, parentheses and spaces too.
    static func status(_ content: [UInt8]) -> Status? {
        guard let open = content.firstIndex(of: UInt8(ascii: "(")),
            let close = content.lastIndex(of: UInt8(ascii: ")")), open < close, content.last == UInt8(ascii: "\n")
        else { return nil }
        let fields = content[(close + 1)...].dropLast().split(separator: UInt8(ascii: " "))
        // Field 3, the state, is the first of these.
        guard fields.count >= 22 else { return nil }
        func number(_ field: Int) -> Int64? { KernelText.decimal(fields[field - 3], in: counts) }
        guard let minor = number(10), let major = number(12), let user = number(14), let system = number(15),
            let threads = number(20), let start = number(22)
        else { return nil }
        let isZombie = fields[0].elementsEqual("Z".utf8) || fields[0].elementsEqual("X".utf8)
        return Status(
            comm: label(content[(open + 1)..<close]), minorFaults: minor, majorFaults: major, userTicks: user,
            systemTicks: system, threads: threads, startTicks: start, hasEnded: isZombie && threads <= 1)
    }

    /// `RUN WAIT SLICES` of a thread, the first two in nanoseconds.
    static func scheduling(_ content: [UInt8]) -> Scheduling? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        let fields = content.dropLast().split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 3, let run = KernelText.decimal(fields[0], in: 0 ... .max),
            let wait = KernelText.decimal(fields[1], in: 0 ... .max),
            KernelText.decimal(fields[2], in: 0 ... .max) != nil
        else { return nil }
        return Scheduling(runNanoseconds: run, waitNanoseconds: wait)
    }

    /// The context switches in `/proc/PID/task/TID/status`.
    static func switches(_ content: [UInt8]) -> Switches? {
        guard let voluntary = value(of: "voluntary_ctxt_switches:", in: content),
            let involuntary = value(of: "nonvoluntary_ctxt_switches:", in: content),
            let first = KernelText.decimal(voluntary, in: counts),
            let second = KernelText.decimal(involuntary, in: counts)
        else { return nil }
        return Switches(voluntary: first, involuntary: second)
    }

    /// The memory and the CPUs in `/proc/PID/status`.
    struct Memory: Equatable {
        /// nil for threads of the kernel and for processes that have ended and were not waited for.
        var residentBytes: Int64?
        var cpus: CPUList?
    }

    static func memory(_ content: [UInt8]) -> Memory? {
        guard value(of: "Pid:", in: content) != nil else { return nil }
        var memory = Memory()
        if let resident = value(of: "VmRSS:", in: content) {
            let fields = resident.split(separator: UInt8(ascii: " "))
            guard fields.count == 2, fields[1].elementsEqual("kB".utf8),
                let kibibytes = KernelText.decimal(fields[0], in: 0...1 << 43)
            else { return nil }
            memory.residentBytes = kibibytes * 1_024
        }
        if let list = value(of: "Cpus_allowed_list:", in: content) {
            guard let cpus = CPUList(list) else { return nil }
            memory.cpus = cpus
        }
        return memory
    }

    /// The seconds since 1970 at which the host started, in `/proc/stat`.
    static func bootSeconds(_ content: [UInt8]) -> Int64? {
        value(of: "btime ", in: content).flatMap { KernelText.decimal($0, in: 0...1 << 40) }
    }

    /// What follows `key` in the line that begins with it, without white space around it.
    static func value(of key: StaticString, in content: [UInt8]) -> ArraySlice<UInt8>? {
        key.withUTF8Buffer { key in
            var start = 0
            while start < content.count {
                let end = content[start...].firstIndex(of: UInt8(ascii: "\n")) ?? content.count
                if content[start..<end].starts(with: key) {
                    let rest = content[(start + key.count)..<end].drop { $0 == 0x20 || $0 == 0x09 }
                    let length = rest.reversed().drop { $0 == 0x20 || $0 == 0x09 }.count
                    return rest.prefix(length)
                }
                start = end + 1
            }
            return nil
        }
    }

    /// A name for a label: UTF-8 without control characters, at most ``WatchLimits/nameBytesMax``.
    static func label(_ bytes: some Collection<UInt8>) -> String {
        var label = String.UnicodeScalarView()
        var count = 0
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let taken: Unicode.Scalar = scalar.properties.generalCategory == .control ? "?" : scalar
            count += UTF8.width(taken)
            if count > WatchLimits.nameBytesMax { break }
            label.append(taken)
        }
        return String(label)
    }
}
