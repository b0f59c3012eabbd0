import CZstd

/// Zstandard frames, RFC 8878, in one call each way.
enum Zstandard {
    static func compress(_ bytes: [UInt8]) throws(SegmentError) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        var written = 0
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            written = ZSTD_compress(
                buffer.baseAddress, buffer.count, bytes, bytes.count, compressionLevel)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        try check(written, "ZSTD_compress")
        return compressed
    }

    /// Never allocates more than `byteCount`, whatever the frame claims.
    static func decompress(
        _ bytes: [UInt8], byteCount: Int
    ) throws(SegmentError) -> [UInt8] {
        var written = 0
        let decompressed = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            written = ZSTD_decompress(buffer.baseAddress, byteCount, bytes, bytes.count)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        try check(written, "ZSTD_decompress")
        guard decompressed.count == byteCount else { throw .malformed("payload length") }
        return decompressed
    }

    private static func check(_ code: Int, _ call: String) throws(SegmentError) {
        guard ZSTD_isError(code) == 0 else {
            throw .compression("\(call): \(String(cString: ZSTD_getErrorName(code)))")
        }
    }

    private static let compressionLevel: Int32 = 3
}
