import CZstd

/// Zstandard frames, RFC 8878.
enum Zstandard {
    /// One frame, with the length in its head; a block ends at each of `sectionEnds`.
    static func compress(
        _ bytes: [UInt8], sectionEnds: [Int] = []
    ) throws(SegmentError) -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { throw .compression("ZSTD_createCCtx") }
        defer { ZSTD_freeCCtx(context) }
        try check(
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, compressionLevel), "level")
        try check(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(bytes.count)), "length")
        // Each end of a block adds at most its head of 3 bytes.
        let bound = ZSTD_compressBound(bytes.count) + 8 * sectionEnds.count
        var left = 0
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            bytes.withUnsafeBytes { source in
                var input = ZSTD_inBuffer(src: source.baseAddress, size: 0, pos: 0)
                for end in sectionEnds where end < bytes.count && ZSTD_isError(left) == 0 {
                    input.size = end
                    left = ZSTD_compressStream2(context, &output, &input, ZSTD_e_flush)
                }
                guard ZSTD_isError(left) == 0 else { return }
                input.size = bytes.count
                left = ZSTD_compressStream2(context, &output, &input, ZSTD_e_end)
            }
            count = output.pos
        }
        try check(left, "ZSTD_compressStream2")
        guard left == 0 else { throw .compression("ZSTD_compressStream2: no room") }
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
        guard decompressed.count == byteCount else { throw .compression("another length") }
        return decompressed
    }

    private static func check(_ code: Int, _ call: String) throws(SegmentError) {
        guard ZSTD_isError(code) == 0 else {
            throw .compression("\(call): \(String(cString: ZSTD_getErrorName(code)))")
        }
    }

    private static let compressionLevel: Int32 = 3
}
