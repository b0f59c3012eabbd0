/// The chunks of a WebP file.
///
/// - Note: *WebP Image Format*, RFC 9649.
struct WebPChunks {
    private(set) var all: [ContainerPart] = []
    /// Whether the file has more chunks than are looked at.
    private(set) var isCutOff = false

    /// Walks `file`; a truncated chunk ends the walk. Chunks behind the length that the header
    /// tells count, too.
    init(_ file: [UInt8]) {
        var cursor = ByteCursor(file[...].dropFirst(12))
        while !cursor.isAtEnd {
            guard all.count < Limits.chunks else {
                isCutOff = true
                return
            }
            let start = cursor.rest.startIndex
            guard let type = cursor.take(4),
                let length = cursor.number(bytes: 4, isLittle: true),
                let body = cursor.take(Int(length))
            else { return }
            if length % 2 == 1 { _ = cursor.take(1) }
            all.append(
                ContainerPart(
                    type: String(decoding: type, as: UTF8.self),
                    body: body.startIndex..<body.endIndex, whole: start..<cursor.rest.startIndex))
        }
    }

    /// A whole chunk, padded to an even length.
    static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
        Array(type.utf8) + littleEndian(UInt32(clamping: body.count)) + body
            + (body.count % 2 == 1 ? [0] : [])
    }

    /// A file of these chunks.
    static func file(_ chunks: [[UInt8]]) -> [UInt8] {
        let content = Array("WEBP".utf8) + chunks.joined()
        return Array("RIFF".utf8) + littleEndian(UInt32(clamping: content.count)) + content
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}

/// The chunk of an extended WebP file that tells what else is in it.
struct WebPHeader {
    static let type = "VP8X"

    /// 10 bytes: flags, three reserved, width - 1 and height - 1 in 24 bits each.
    private(set) var body: [UInt8]

    /// The header that is there, else one for the only picture of a simple file; nil where the
    /// picture's chunk is damaged.
    init?(of chunks: WebPChunks, in file: [UInt8]) {
        if let header = chunks.all.first(where: { $0.type == Self.type }) {
            guard header.body.count == 10 else { return nil }
            body = Array(file[header.body])
            return
        }
        guard let picture = chunks.all.first(where: { ["VP8 ", "VP8L"].contains($0.type) }),
            picture.body.count >= 10
        else { return nil }
        let bytes = Array(file[picture.body].prefix(10))
        func little(_ at: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        let (width, height, hasAlpha): (Int, Int, Bool)
        if picture.type == "VP8L" {
            // A byte of signature, then 14 bits of width - 1, 14 of height - 1, one of alpha.
            let bits = little(1, 4)
            (width, height) = (bits & 0x3FFF, bits >> 14 & 0x3FFF)
            hasAlpha = bits >> 28 & 1 == 1
        } else {
            // A frame tag and a start code, three bytes each, then 14 bits of either side.
            guard bytes[3...5].elementsEqual([0x9D, 0x01, 0x2A]) else { return nil }
            (width, height) = ((little(6, 2) & 0x3FFF) - 1, (little(8, 2) & 0x3FFF) - 1)
            hasAlpha = false
        }
        guard width >= 0, height >= 0 else { return nil }
        body = [hasAlpha ? 0x10 : 0, 0, 0, 0]
        for side in [width, height] {
            body += [0, 8, 16].map { UInt8(truncatingIfNeeded: side >> $0) }
        }
    }

    /// Says that the file holds XMP.
    mutating func announceXMP() { body[0] |= 0x04 }
}
