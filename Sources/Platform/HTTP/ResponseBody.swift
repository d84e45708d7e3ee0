internal import CSystem
internal import Glibc

/// The bytes of a response in memory that libmicrohttpd frees when it has sent them.
struct ResponseBody {
    /// Header names that libmicrohttpd writes itself.
    private static let own = ["Date", "Content-Length", "Transfer-Encoding", "Connection"]

    private let response: OpaquePointer?

    /// Nil when the server sends too much already.
    init?(_ bytes: [UInt8], of core: ServerCore) {
        guard core.reserveResponse(bytes.count) else { return nil }
        response = Self.create(bytes, Lease(bytes: bytes.count, core: core))
    }

    /// A line of our own, which does not count.
    init(small bytes: [UInt8]) {
        response = Self.create(bytes, Lease(bytes: 0, core: nil))
    }

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

    /// Memory and what it was counted for.
    private final class Lease {
        var buffer: UnsafeMutableRawBufferPointer?
        private let bytes: Int
        private let core: ServerCore?

        init(bytes: Int, core: ServerCore?) {
            self.bytes = bytes
            self.core = core
        }

        deinit {
            buffer?.deallocate()
            core?.releaseResponse(bytes)
        }
    }

    private static func create(_ bytes: [UInt8], _ lease: Lease) -> OpaquePointer? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        buffer.copyBytes(from: bytes)
        lease.buffer = buffer
        let held = Unmanaged.passRetained(lease)
        let response = MHD_create_response_from_buffer_with_free_callback_cls(
            bytes.count, buffer.baseAddress,
            { held in
                if let held { Unmanaged<Lease>.fromOpaque(held).release() }
            }, held.toOpaque())
        if response == nil { held.release() }
        return response
    }
}
