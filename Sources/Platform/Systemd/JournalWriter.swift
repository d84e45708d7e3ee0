internal import CSystem
internal import Glibc

/// Writes entries with fields of their own to the journal (sd_journal_sendv(3)). Calls may come from any thread.
public enum JournalWriter {
    /// Fields of one entry.
    public static let fieldsMax = 64
    /// Bytes of one field, name included: more than any message of ours.
    public static let fieldBytesMax = 64 * 1024

    /// An entry waits for journald so long at the most, milliseconds.
    static let waitMilliseconds: Int32 = 100

    /// Why an entry was not written.
    public enum SendError: Error, Sendable, Equatable, CustomStringConvertible {
        /// journald's socket is not there.
        case noJournal
        /// journald does not read: its queue stayed full.
        case busy
        /// Names are A to Z, 0 to 9 and _, begin with a letter, and have at most 64 characters (journald drops others).
        case invalidName(String)
        case tooManyFields(Int)
        case fieldTooLong(name: String, bytes: Int)
        /// An error number of libsystemd.
        case failed(Int32)

        public var description: String {
            switch self {
            case .noJournal:
                "cannot write to the journal: \(JournalWriter.socketPath) does not exist; is journald running?"
            case .busy: "cannot write to the journal: journald does not take entries; is it stopped?"
            case .invalidName(let name):
                "cannot write to the journal: \"\(name)\" is no field name; use A-Z, 0-9 and _, a letter first, "
                    + "64 characters at most"
            case .tooManyFields(let count):
                "cannot write to the journal: \(count) fields; an entry takes at most \(JournalWriter.fieldsMax)"
            case .fieldTooLong(let name, let bytes):
                "cannot write to the journal: field \(name) has \(bytes) bytes; "
                    + "at most \(JournalWriter.fieldBytesMax) are taken"
            case .failed(let code):
                "cannot write to the journal: \(String(cString: strerror(code)))"
            }
        }
    }

    static let socketPath = "/run/systemd/journal/socket"

    /// True when journald's socket is there.
    public static var isAvailable: Bool { access(socketPath, F_OK) == 0 }

    /// Writes one entry. Values may contain line breaks and any other bytes; a name may come several times.
    public static func send(_ fields: [(String, String)]) throws(SendError) {
        guard fields.count <= fieldsMax else { throw .tooManyFields(fields.count) }
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for (name, value) in fields {
            guard isValid(name) else { throw .invalidName(name) }
            let start = bytes.count
            bytes.append(contentsOf: name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: value.utf8)
            guard bytes.count - start <= fieldBytesMax else {
                throw .fieldTooLong(name: name, bytes: bytes.count - start)
            }
            ends.append(bytes.count)
        }
        // The library says nothing when journald is not there.
        guard isAvailable else { throw .noJournal }
        // The library's socket blocks until journald reads.
        guard WriteReadiness.wait(datagramSocket: socketPath, milliseconds: waitMilliseconds) else { throw .busy }
        let code = sendv(&bytes, ends)
        guard code == 0 else { throw .failed(-code) }
    }

    private static func sendv(_ bytes: inout [UInt8], _ ends: [Int]) -> Int32 {
        bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            var vectors: [iovec] = []
            for end in ends {
                vectors.append(iovec(iov_base: buffer.baseAddress?.advanced(by: start), iov_len: end - start))
                start = end
            }
            return sd_journal_sendv(&vectors, Int32(vectors.count))
        }
    }

    private static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x41...0x5A).contains(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
