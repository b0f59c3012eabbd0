import Foundation

/// The XMP packets that lie unpacked in a file of any format, as in PSD, TIFF, HEIC and JPEG XL.
///
/// - Note: *XMP Specification Part 3*, Adobe, 2016, on scanning files for packets. Photoshop's
///   documents hold those of placed files, too.
struct PacketScan {
    private static let start = Array("<x:xmpmeta".utf8)
    private static let end = Array("</x:xmpmeta>".utf8)

    /// Each packet once; one more than are looked at where there are too many.
    private(set) var packets: [[UInt8]] = []
    /// Whether a packet has no end within ``Limits/packetBytes``.
    private(set) var isCutOff = false

    init(of file: [UInt8]) {
        file.withUnsafeBytes { bytes in
            var position = 0
            while packets.count <= Limits.packets,
                let begin = Self.find(Self.start, in: bytes, from: position, to: bytes.count)
            {
                let limit = min(bytes.count, begin + Limits.packetBytes)
                guard let end = Self.find(Self.end, in: bytes, from: begin, to: limit) else {
                    isCutOff = true
                    position = begin + Self.start.count
                    continue
                }
                position = end + Self.end.count
                let packet = Array(bytes[begin..<position])
                if !packets.contains(packet) { packets.append(packet) }
            }
        }
    }

    /// Where a run of bytes begins; nil without it.
    private static func find(
        _ run: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int, to end: Int
    ) -> Int? {
        guard let base = bytes.baseAddress, let first = run.first else { return nil }
        var position = start
        while position + run.count <= end,
            let found = memchr(base + position, Int32(first), end - position - run.count + 1)
        {
            position = UnsafeRawPointer(found) - base
            if memcmp(base + position, run, run.count) == 0 { return position }
            position += 1
        }
        return nil
    }
}
