import CZlib

/// A place in a PNG's packed rows; a copy goes on from there by itself.
final class PNGInflater {
    private let bytes: [UInt8]
    private let runs: [Range<Int>]
    private let stream: UnsafeMutablePointer<z_stream>
    private var run = 0
    private var position: Int

    init(_ bytes: [UInt8], runs: [Range<Int>]) throws(PictureError) {
        self.bytes = bytes
        self.runs = runs
        position = runs.first?.lowerBound ?? 0
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit_(stream, ZLIB_VERSION, size) == Z_OK else {
            throw .unsupported(reason: "zlib did not start")
        }
    }

    private init(_ other: PNGInflater) throws(PictureError) {
        bytes = other.bytes
        runs = other.runs
        run = other.run
        position = other.position
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateCopy(stream, other.stream) == Z_OK else {
            throw .unsupported(reason: "zlib did not start")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func copied() throws(PictureError) -> PNGInflater { try PNGInflater(self) }

    /// Unpacks exactly so many bytes.
    func read(
        into target: UnsafeMutablePointer<UInt8>, count: Int
    ) throws(PictureError) {
        stream.pointee.next_out = target
        stream.pointee.avail_out = uInt(count)
        while stream.pointee.avail_out > 0 {
            while run < runs.count, position == runs[run].upperBound {
                run += 1
                if run < runs.count { position = runs[run].lowerBound }
            }
            guard run < runs.count else { throw .corrupt(reason: "it is cut short") }
            let end = runs[run].upperBound
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
                    reason: isShort ? "it holds too few rows" : "its packed rows are damaged")
            }
        }
    }

    /// Passes over so many bytes.
    func skip(_ count: Int) throws(PictureError) {
        var rest = count
        var scratch = [UInt8](repeating: 0, count: min(count, 1 << 16))
        while rest > 0 {
            let part = min(rest, scratch.count)
            try scratch.withUnsafeMutableBufferPointer { buffer throws(PictureError) in
                guard let base = buffer.baseAddress else { return }
                try read(into: base, count: part)
            }
            rest -= part
        }
    }
}
