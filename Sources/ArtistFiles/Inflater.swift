import CZlib

/// A position in deflated bytes that may lie in several ranges of a file; a copy continues from it
/// independently.
package final class Inflater {
    private let bytes: [UInt8]
    private let dataRanges: [Range<Int>]
    private let stream: UnsafeMutablePointer<z_stream>
    private var rangeIndex = 0
    private var position: Int

    /// - Parameter dataRanges: Where the zlib stream lies in the bytes.
    package init(_ bytes: [UInt8], dataRanges: [Range<Int>]) throws(ArtistFileError) {
        self.bytes = bytes
        self.dataRanges = dataRanges
        position = dataRanges.first?.lowerBound ?? 0
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit_(stream, ZLIB_VERSION, size) == Z_OK else {
            throw .unsupported("zlib did not start")
        }
    }

    private init(_ other: Inflater) throws(ArtistFileError) {
        bytes = other.bytes
        dataRanges = other.dataRanges
        rangeIndex = other.rangeIndex
        position = other.position
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateCopy(stream, other.stream) == Z_OK else {
            throw .unsupported("zlib did not start")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// A copy that continues from here.
    package func copied() throws(ArtistFileError) -> Inflater { try Inflater(self) }

    /// Decompresses exactly so many bytes.
    package func read(
        into target: UnsafeMutablePointer<UInt8>, count: Int
    ) throws(ArtistFileError) {
        stream.pointee.next_out = target
        stream.pointee.avail_out = uInt(count)
        while stream.pointee.avail_out > 0 {
            while rangeIndex < dataRanges.count, position == dataRanges[rangeIndex].upperBound {
                rangeIndex += 1
                if rangeIndex < dataRanges.count { position = dataRanges[rangeIndex].lowerBound }
            }
            guard rangeIndex < dataRanges.count else { throw .corrupt(reason: "it is truncated") }
            let end = dataRanges[rangeIndex].upperBound
            let state = bytes.withUnsafeBufferPointer { buffer in
                // zlib only reads from there; its header lacks the const.
                stream.pointee.next_in = buffer.baseAddress.map {
                    UnsafeMutablePointer(mutating: $0 + position)
                }
                stream.pointee.avail_in = uInt(end - position)
                return inflate(stream, Z_NO_FLUSH)
            }
            position = end - Int(stream.pointee.avail_in)
            if stream.pointee.avail_out == 0 { break }
            guard state == Z_OK || state == Z_BUF_ERROR else {
                let isShort = state == Z_STREAM_END
                throw .corrupt(
                    reason: isShort ? "it has too few rows" : "its compressed rows are damaged")
            }
        }
    }

    /// Skips exactly so many decompressed bytes.
    package func skip(_ count: Int) throws(ArtistFileError) {
        var rest = count
        var scratch = [UInt8](repeating: 0, count: min(count, 1 << 16))
        while rest > 0 {
            let part = min(rest, scratch.count)
            try scratch.withUnsafeMutableBufferPointer { buffer throws(ArtistFileError) in
                guard let base = buffer.baseAddress else { return }
                try read(into: base, count: part)
            }
            rest -= part
        }
    }
}
