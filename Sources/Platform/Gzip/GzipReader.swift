internal import CSystem

/// Unpacks the gzip format (RFC 1952), one member after the other, as its bytes come; takes 40 KiB of memory.
///
/// Owned by one thread; not Sendable.
final class GzipReader {
    /// zlib's counters have 32 bits; larger inputs go in pieces of this size.
    private static let pieceBytes = 1 << 30
    private static let chunkBytes = 64 * 1024

    /// zlib remembers its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var code = Z_OK

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let started = inflateInit2_(stream, Gzip.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(started == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Whether what came so far ends where a member does: nothing was cut off.
    var isWhole: Bool { code == Z_STREAM_END }

    /// Takes the next bytes and hands what is in them over, in parts, until `body` returns false; then so does this.
    func take(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(Gzip.DecompressError) -> Bool {
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.pieceBytes, bytes.count)
            guard try takePiece(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), body) else { return false }
            start = end
        }
        return true
    }

    private func takePiece(
        _ piece: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(Gzip.DecompressError) -> Bool {
        // zlib does not write to its input.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        repeat {
            // Another member follows.
            if code == Z_STREAM_END { inflateReset(stream) }
            guard produce(body) else { return false }
            // No progress was possible: all of the input is taken, and no output waits.
            if code == Z_BUF_ERROR { code = Z_OK }
            guard code == Z_OK || code == Z_STREAM_END else { throw .damaged }
        } while stream.pointee.avail_in > 0 || (code == Z_OK && stream.pointee.avail_out == 0)
        return true
    }

    /// One call of zlib with room for `chunkBytes`; hands over what it wrote.
    private func produce(_ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.chunkBytes) { chunk in
            stream.pointee.next_out = chunk.baseAddress
            stream.pointee.avail_out = UInt32(chunk.count)
            code = inflate(stream, Z_NO_FLUSH)
            let count = chunk.count - Int(stream.pointee.avail_out)
            return count == 0 || body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk)[0..<count]))
        }
    }
}
