internal import CSystem

/// Decompression of the gzip format (RFC 1952) piece by piece, for files that need not fit into memory.
///
/// Owned by one thread; not Sendable.
public final class GzipExpander {
    /// What every gzip file begins with.
    public static let signature: [UInt8] = [0x1F, 0x8B]

    private static let chunkBytes = 64 * 1024
    /// A window of 32 KiB, and 16 for the gzip format.
    private static let windowBits: Int32 = 15 + 16

    /// zlib remembers its address, so it must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
    private var code = Z_OK

    public init() {
        stream.initialize(to: z_stream())
        let started = inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(started == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        chunk.deallocate()
    }

    /// Hands over what the next `bytes` of the file expand to, in pieces of at most 64 KiB; less than all of it when
    /// `take` returns false.
    public func expand(
        _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Bool
    ) throws(Gzip.DecompressError) {
        precondition(bytes.count <= Int(UInt32.max), "zlib's counters have 32 bits")
        // zlib does not write to its input.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            if code == Z_STREAM_END {
                guard stream.pointee.avail_in > 0 else { return }
                // Another member follows.
                inflateReset(stream)
            }
            stream.pointee.next_out = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(chunk.count)
            code = inflate(stream, Z_NO_FLUSH)
            // Nothing more could be done with what there is: more input is needed.
            if code == Z_BUF_ERROR { code = Z_OK }
            guard code == Z_OK || code == Z_STREAM_END else { throw .damaged }
            let count = chunk.count - Int(stream.pointee.avail_out)
            if count > 0, !take(UnsafeRawBufferPointer(rebasing: chunk[..<count])) { return }
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }

    /// The file has ended: throws unless its last member is whole.
    public func finish() throws(Gzip.DecompressError) {
        guard code == Z_STREAM_END else { throw .damaged }
    }
}
