import Glibc

/// A TCP client that sends what it is told, byte for byte, and never waits longer than its deadline.
final class RawClient {
    /// Longer than anything a working server needs, under sanitizers as well.
    static let patienceSeconds = 20.0

    private(set) var descriptor: Int32
    private var received: [UInt8] = []
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 1)

    init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var bytes = receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw ClientError.failed("connect", errno) }
    }

    deinit {
        end()
        scratch.deallocate()
    }

    enum ClientError: Error {
        case failed(String, Int32)
        case tooLate(received: String)
        case closed(received: String)
    }

    /// False when the server has closed the connection.
    @discardableResult
    func send(_ bytes: some Sequence<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(text.utf8) }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with RST instead of FIN.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        end()
    }

    func end() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// True when the server ended the connection, by FIN or RST, within the time; what it sent before is dropped.
    func isEndedByServer(withinSeconds seconds: Double = patienceSeconds) -> Bool {
        let deadline = Deadline(seconds: seconds)
        while let count = try? receive(deadline) {
            if count == 0 { return true }
        }
        return false
    }

    /// One response; `hasBody` is false for the answer to HEAD.
    func response(hasBody: Bool = true, withinSeconds seconds: Double = patienceSeconds) throws -> RawResponse {
        let deadline = Deadline(seconds: seconds)
        while true {
            if let (response, count) = RawResponse.parse(received, hasBody: hasBody) {
                received.removeFirst(count)
                return response
            }
            if try receive(deadline) == 0 {
                throw ClientError.closed(received: String(decoding: received, as: UTF8.self))
            }
        }
    }

    /// Returns when there is something to receive, or the end; receives nothing.
    func waitForBytes() throws {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, Int32(Self.patienceSeconds * 1000)) > 0 else { throw ClientError.tooLate(received: "") }
    }

    /// Receives at most `limit` bytes and drops them; 0 at the end.
    func drain(_ limit: Int) throws -> Int {
        let count = try receive(Deadline(seconds: Self.patienceSeconds), limit: limit)
        received.removeAll(keepingCapacity: true)
        return count
    }

    /// Appends to `received`; 0 when the server ended the connection.
    private func receive(_ deadline: Deadline, limit: Int = .max) throws -> Int {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, deadline.millisecondsLeft) > 0 else {
            throw ClientError.tooLate(received: String(decoding: received, as: UTF8.self))
        }
        let room = min(limit, scratch.count)
        let count = recv(descriptor, scratch.baseAddress, room, 0)
        received.append(contentsOf: UnsafeRawBufferPointer(rebasing: scratch[..<max(count, 0)]))
        return max(count, 0)
    }
}

/// A response as it came over the wire.
struct RawResponse {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The first response in `bytes` and its length; nil while it is incomplete.
    static func parse(_ bytes: [UInt8], hasBody: Bool) -> (RawResponse, Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard let headEnd = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            headers[pair[0].lowercased()] = pair.count > 1 ? String(pair[1].drop { $0 == " " }) : ""
        }
        let bodyStart = headEnd + end.count
        let length = hasBody ? Int(headers["content-length"] ?? "0") ?? 0 : 0
        guard bytes.count >= bodyStart + length else { return nil }
        let body = Array(bytes[bodyStart..<bodyStart + length])
        return (RawResponse(status: status, headers: headers, body: body), bodyStart + length)
    }
}

/// A moment not to be passed.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(seconds: Double) { end = ContinuousClock.now + .seconds(seconds) }

    var isPassed: Bool { ContinuousClock.now >= end }

    var millisecondsLeft: Int32 {
        let left = (end - ContinuousClock.now) / .milliseconds(1)
        return Int32(min(max(left.rounded(.up), 0), 1e6))
    }
}
