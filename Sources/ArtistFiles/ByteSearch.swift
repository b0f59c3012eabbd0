import Foundation

/// Finds runs of bytes in a file.
enum ByteSearch {
    /// How often a run of bytes occurs, without overlaps; counting ends at `limit`.
    static func count(_ run: [UInt8], in bytes: [UInt8], limit: Int) -> Int {
        bytes.withUnsafeBytes { buffer in
            var (count, position) = (0, 0)
            guard let base = buffer.baseAddress, let first = run.first else { return 0 }
            while count < limit, position + run.count <= buffer.count,
                let found = memchr(
                    base + position, Int32(first), buffer.count - position - run.count + 1)
            {
                let start = UnsafeRawPointer(found) - base
                let isRun = memcmp(base + start, run, run.count) == 0
                if isRun { count += 1 }
                position = start + (isRun ? run.count : 1)
            }
            return count
        }
    }
}
