internal import CSystem

/// Compression in the gzip format (RFC 1952) through zlib.
public enum Gzip {
    /// Why bytes could not be decompressed.
    public enum DecompressError: Error, Sendable, Equatable, CustomStringConvertible {
        /// Not gzip, damaged, or cut off.
        case damaged
        /// More than the caller takes.
        case tooLong(limitBytes: Int)

        public var description: String {
            switch self {
            case .damaged: "not a whole gzip file: it is of another format, damaged or cut off"
            case .tooLong(let limitBytes): "the content is longer than the limit of \(limitBytes) bytes"
            }
        }
    }

    /// zlib's counters have 32 bits; larger inputs go in pieces of this size.
    private static let pieceBytes = 1 << 30
    private static let chunkBytes = 64 * 1024
    /// A window of 32 KiB, and 16 for the gzip format.
    static let windowBits: Int32 = 15 + 16

    /// `bytes` compressed. `level` is 1 (fast) to 9 (small); 6 is zlib's default. Takes 256 KiB of memory beside the
    /// result.
    public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        var stream = z_stream()
        let started = deflateInit2_(
            &stream, Int32(min(max(level, 1), 9)), Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(started == Z_OK, "zlib has no memory")
        defer { deflateEnd(&stream) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 8 + 64)
        var code = Z_OK
        withPieces(of: bytes) { piece, isLast in
            stream.next_in = piece.baseAddress
            stream.avail_in = UInt32(piece.count)
            repeat {
                code = produce(into: &result, &stream) { deflate(&$0, isLast ? Z_FINISH : Z_NO_FLUSH) }
            } while stream.avail_out == 0
        }
        precondition(code == Z_STREAM_END, "deflate did not end")
        return result
    }

    /// The content of one or more gzip members, at most `limitBytes`.
    public static func decompress(_ bytes: [UInt8], limitBytes: Int) throws(DecompressError) -> [UInt8] {
        let reader = GzipReader()
        var result: [UInt8] = []
        let isTaken = try bytes.withUnsafeBufferPointer { input throws(DecompressError) in
            try reader.take(UnsafeRawBufferPointer(input)) { part in
                result.append(contentsOf: part)
                return result.count <= limitBytes
            }
        }
        guard isTaken else { throw .tooLong(limitBytes: limitBytes) }
        guard reader.isWhole else { throw .damaged }
        return result
    }

    /// Hands `bytes` over in pieces, at least one. zlib does not write to its input.
    private static func withPieces(
        of bytes: [UInt8], _ body: (_ piece: UnsafeMutableBufferPointer<UInt8>, _ isLast: Bool) -> Void
    ) {
        bytes.withUnsafeBufferPointer { input in
            var start = 0
            repeat {
                let end = min(start + pieceBytes, input.count)
                let piece = UnsafeMutableBufferPointer(mutating: UnsafeBufferPointer(rebasing: input[start..<end]))
                start = end
                body(piece, end == input.count)
            } while start < input.count
        }
    }

    /// One call of zlib with room for `chunkBytes`; appends what it wrote.
    private static func produce(
        into result: inout [UInt8], _ stream: inout z_stream, _ call: (inout z_stream) -> Int32
    ) -> Int32 {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: chunkBytes) { chunk in
            stream.next_out = chunk.baseAddress
            stream.avail_out = UInt32(chunk.count)
            let code = call(&stream)
            result.append(contentsOf: chunk.prefix(chunk.count - Int(stream.avail_out)))
            return code
        }
    }
}
