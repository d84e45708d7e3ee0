internal import CSystem
internal import Glibc

/// A response as libmicrohttpd takes it.
struct ResponseBody {
    /// Bytes that are copied for libmicrohttpd at a time. A body that is no longer is copied whole and does not count.
    static let pieceBytes = 64 * 1024
    /// Header names that libmicrohttpd writes itself.
    private static let own = ["Date", "Content-Length", "Transfer-Encoding", "Connection"]

    private let response: OpaquePointer?

    /// Nil when the server sends too much already.
    init?(_ body: HTTPBody, of core: ServerCore, to descriptor: Int32) {
        guard body.bytes.count > Self.pieceBytes else {
            response = Self.copy(body.bytes)
            return
        }
        let sending = ResponseSending(body, to: descriptor, at: Monitor<ServerCore.State>.nowNanoseconds)
        guard core.admit(sending) else { return nil }
        response = Self.create(Lease(sending, core))
    }

    init(small bytes: [UInt8]) { response = Self.copy(bytes) }

    func queue(_ connection: OpaquePointer, status: Int, headers: [HTTPField], closes: Bool = false) -> MHD_Result {
        guard let response else { return .NO }
        defer { MHD_destroy_response(response) }
        for field in headers where !Self.own.contains(where: field.isNamed) {
            // A name or value with a line break would let the handler's data write the head: end the connection.
            guard MHD_add_response_header(response, field.name, field.value) == .YES else { return .NO }
        }
        if closes { MHD_add_response_header(response, "Connection", "close") }
        return MHD_queue_response(connection, UInt32(status), response)
    }

    /// What libmicrohttpd holds of a response, until it has sent it or closes the connection.
    private final class Lease {
        let sending: ResponseSending
        private let core: ServerCore

        init(_ sending: ResponseSending, _ core: ServerCore) {
            self.sending = sending
            self.core = core
        }

        deinit { core.release(sending) }
    }

    private static func copy(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBytes {
            MHD_create_response_from_buffer(
                $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
        }
    }

    private static func create(_ lease: Lease) -> OpaquePointer? {
        let held = Unmanaged.passRetained(lease)
        let response = MHD_create_response_from_callback(
            UInt64(lease.sending.bytes), pieceBytes,
            { held, position, room, count in
                guard let held, let room else { return contentEnds }
                let sending = Unmanaged<Lease>.fromOpaque(held).takeUnretainedValue().sending
                return sending.read(from: position, into: UnsafeMutableRawBufferPointer(start: room, count: count))
                    ?? contentEnds
            }, held.toOpaque(),
            { held in
                if let held { Unmanaged<Lease>.fromOpaque(held).release() }
            })
        if response == nil { held.release() }
        return response
    }
}

/// MHD_CONTENT_READER_END_WITH_ERROR, a macro that Swift does not see: the connection is closed.
private let contentEnds = -2
