import CBenchmarkZstd

/// Compression as it is used for what travels.
enum Zstandard {
    /// How many bytes `parts` have together once each is compressed at level 3.
    static func compressedByteCount(_ parts: [[UInt8]]) -> Int {
        parts.reduce(0) { sum, part in
            var room = [UInt8](repeating: 0, count: ZSTD_compressBound(part.count))
            return sum + ZSTD_compress(&room, room.count, part, part.count, 3)
        }
    }
}
