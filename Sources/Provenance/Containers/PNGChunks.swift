import CZlib

/// The chunks of a PNG file up to its end chunk. Checksums are not compared: a mark counts with a
/// wrong one, too.
///
/// - Note: *Portable Network Graphics (PNG) Specification (Third Edition)*, W3C, 2025.
struct PNGChunks {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private(set) var all: [ContainerPart] = []
    /// Whether the file has more chunks than are looked at.
    private(set) var isCutOff = false

    /// Walks `file`; a truncated chunk ends the walk.
    init(_ file: [UInt8]) {
        var cursor = ByteCursor(file[...].dropFirst(Self.signature.count))
        while !cursor.isAtEnd {
            guard all.count < Limits.chunks else {
                isCutOff = true
                return
            }
            let start = cursor.rest.startIndex
            guard let length = cursor.number(bytes: 4), let type = cursor.take(4),
                let body = cursor.take(Int(length)), cursor.take(4) != nil
            else { return }
            let part = ContainerPart(
                type: String(decoding: type, as: UTF8.self),
                body: body.startIndex..<body.endIndex, whole: start..<cursor.rest.startIndex)
            all.append(part)
            if part.type == "IEND" { return }
        }
    }

    /// A whole chunk with its checksum.
    static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
        let content = Array(type.utf8) + body
        let sum = content.withUnsafeBufferPointer {
            crc32(0, $0.baseAddress, uInt($0.count))
        }
        return BigEndian.bytes(UInt32(clamping: body.count)) + content
            + BigEndian.bytes(UInt32(truncatingIfNeeded: sum))
    }
}

/// XMP in the text chunks of PNG files.
enum PNGText {
    /// The keyword of XMP (XMP specification, part 3, 1.1.5).
    static let keyword = "XML:com.adobe.xmp"
    /// ImageMagick's keywords for profiles in hexadecimal digits.
    private static let rawKeywords = ["Raw profile type xmp", "Raw profile type APP1"]
    /// What precedes XMP in a JPEG segment, and so in a raw profile of one.
    private static let segmentName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

    /// The packet of a text chunk; nil where the chunk holds none.
    static func packet(
        in chunk: ContainerPart, of file: [UInt8]
    ) -> Result<[UInt8], ManifestError>? {
        guard ["tEXt", "zTXt", "iTXt"].contains(chunk.type) else { return nil }
        var cursor = ByteCursor(file[chunk.body])
        guard let name = cursor.textBeforeZero() else { return nil }
        let isRaw = rawKeywords.contains { name.lowercased() == $0.lowercased() }
        guard isRaw || name == keyword else { return nil }
        do throws(ManifestError) {
            let text = try text(of: chunk.type, cursor)
            guard isRaw else { return .success(text) }
            let profile = try rawProfile(text)
            if profile.starts(with: segmentName) {
                return .success(Array(profile.dropFirst(segmentName.count)))
            }
            // A raw APP1 profile is usually EXIF.
            let isXMP = name.lowercased().hasSuffix("xmp")
            return isXMP ? .success(profile) : nil
        } catch {
            return .failure(error)
        }
    }

    /// A chunk that holds a packet as it is, uncompressed as XMP asks.
    static func chunk(holding packet: [UInt8]) -> [UInt8] {
        // Keyword, then: not compressed, method 0, no language, no translated keyword.
        PNGChunks.chunk("iTXt", Array(keyword.utf8) + [0, 0, 0, 0, 0] + packet)
    }

    /// The text behind a chunk's keyword.
    private static func text(
        of type: String, _ start: ByteCursor
    ) throws(ManifestError) -> [UInt8] {
        var cursor = start
        var isCompressed = type == "zTXt"
        if type == "iTXt" {
            guard let flag = cursor.number(bytes: 1) else { throw .malformed("XMP is truncated") }
            isCompressed = flag != 0
        }
        if type != "tEXt" { _ = cursor.take(1) }
        if type == "iTXt" {
            guard cursor.textBeforeZero() != nil, cursor.textBeforeZero() != nil else {
                throw .malformed("its XMP is truncated")
            }
        }
        return isCompressed ? try inflated(cursor.rest) : Array(cursor.rest)
    }

    /// Decompresses to at most twice a packet, which hexadecimal digits take, and some room.
    private static func inflated(_ bytes: ArraySlice<UInt8>) throws(ManifestError) -> [UInt8] {
        let room = Limits.packetBytes * 2 + Limits.packetBytes / 4
        var size = uLongf(room)
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, used in
            status = bytes.withUnsafeBufferPointer { source in
                uncompress(buffer.baseAddress, &size, source.baseAddress, uLong(source.count))
            }
            used = status == Z_OK ? Int(clamping: size) : 0
        }
        switch status {
        case Z_OK: return output
        case Z_BUF_ERROR where size == uLongf(room): throw .tooLarge(limit: room)
        default: throw .malformed("its compressed XMP is damaged")
        }
    }

    /// The bytes of a raw profile: a line with a name, one with the count, then digits.
    private static func rawProfile(_ text: [UInt8]) throws(ManifestError) -> [UInt8] {
        let words = text.split(maxSplits: 2) { $0 <= 0x20 }
        guard words.count == 3 else { throw .malformed("its XMP profile is truncated") }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in words[2] where digit > 0x20 {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else {
                throw .malformed("its XMP profile has a wrong digit")
            }
            let half = UInt8(truncatingIfNeeded: value)
            if let first = high {
                bytes.append(first << 4 | half)
                high = nil
            } else {
                high = half
            }
        }
        guard high == nil, !bytes.isEmpty else {
            throw .malformed("its XMP profile is truncated")
        }
        return bytes
    }
}
