import ArtistFiles
import CZlib

/// The chunks of a PNG file that its pixels depend on; text and unknown chunks are never
/// decompressed.
///
/// - Note: *Portable Network Graphics (PNG) Specification (Third Edition)*, W3C, 2025.
struct PNGFile {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A wrong checksum refuses the file: without these chunks its pixels would be others.
    private static let pixelChunks: Set<String> = ["IHDR", "PLTE", "tRNS", "IDAT"]
    /// A wrong checksum drops the chunk: the samples stay the same.
    private static let colorChunks: Set<String> = [
        "cICP", "iCCP", "sRGB", "gAMA", "cHRM", "eXIf",
    ]

    let layout: PNGLayout
    /// `[colors, 3]`, RGB; empty without a `PLTE` chunk.
    private(set) var palette: [UInt8] = []
    /// The `tRNS` chunk: the alphas of the palette, or the one transparent colour (16 bits a
    /// sample).
    private(set) var transparency: [UInt8] = []
    /// The ranges of the `IDAT` chunks' data in the file.
    private(set) var dataRanges: [Range<Int>] = []
    private(set) var notes: [PictureNote] = []
    /// The profile of the samples; nil where they count as sRGB.
    private(set) var colors: ColorProfile?
    private var chunks: [String: UntrustedBytes] = [:]
    private var dataBytes = 0
    private var isEnded = false

    init(_ bytes: [UInt8]) throws(PictureError) {
        let file = UntrustedBytes(bytes)
        guard
            file.starts(with: PNGFile.signature), file.number(at: 8, bytes: 4) == 13,
            file.part(at: 12, bytes: 4)?.starts(with: Array("IHDR".utf8)) == true,
            let head = file.part(at: 16, bytes: 13)
        else { throw .corrupt(reason: "its header is truncated") }
        layout = try PNGLayout(head)
        var position = PNGFile.signature.count
        while !isEnded { position += try take(file, at: position) }
        guard dataBytes * ArtistFiles.Limits.deflateRatio >= layout.rowBytes * layout.height else {
            throw .corrupt(
                reason: "it has too few bytes for \(layout.width) × \(layout.height) pixels")
        }
        if layout.colorType == 3, palette.isEmpty {
            throw .corrupt(reason: "its palette is missing")
        }
        transparency = usableTransparency(chunks["tRNS"])
        colors = try PNGColors(chunks: chunks, isGray: layout.isGray).profile(&notes)
    }

    var width: Int { layout.width }
    var height: Int { layout.height }
    var orientation: Int { chunks["eXIf"].map(Orientation.read) ?? 1 }

    /// Reads one chunk; returns its length in the file.
    private mutating func take(
        _ file: UntrustedBytes, at position: Int
    ) throws(PictureError) -> Int {
        let tag = file.part(at: position + 4, bytes: 4)
        let name = tag.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
        guard
            let length = file.number(at: position, bytes: 4),
            let whole = file.part(at: position, bytes: length + 12),
            let body = whole.part(at: 8, bytes: length)
        else {
            // What is cut off behind the packed rows is no part of the picture.
            guard dataBytes > 0, name != "IDAT" else {
                throw .corrupt(reason: "it is truncated")
            }
            isEnded = true
            addNote(.missingEnd)
            return 0
        }
        if PNGFile.pixelChunks.contains(name) || PNGFile.colorChunks.contains(name) {
            let sum = whole.part(at: 4, bytes: length + 4).map(PNGFile.checksum)
            if sum == whole.number(at: length + 8, bytes: 4) {
                try take(name, body, at: position)
            } else if PNGFile.pixelChunks.contains(name) {
                throw .corrupt(reason: "the checksum of its \(name) chunk is wrong")
            } else {
                addNote(.colorsIgnored(reason: "its \(name) chunk is damaged"))
            }
        }
        if name == "acTL", dataBytes == 0 { addNote(.animation) }
        isEnded = name == "IEND"
        return length + 12
    }

    private mutating func take(
        _ name: String, _ body: UntrustedBytes, at position: Int
    ) throws(PictureError) {
        switch name {
        case "IHDR":
            guard position == PNGFile.signature.count else {
                throw .corrupt(reason: "it has two headers")
            }
        case "IDAT":
            guard body.count > 0 else { return }
            dataBytes += body.count
            dataRanges.append((position + 8)..<(position + 8 + body.count))
            guard dataRanges.count <= Limits.pngParts else {
                throw .unsupported(reason: "its pixels come in more than \(Limits.pngParts) parts")
            }
        case "PLTE" where layout.colorType == 3:
            guard palette.isEmpty, dataBytes == 0, body.count.isMultiple(of: 3),
                (3...768).contains(body.count)
            else { throw .corrupt(reason: "its palette is damaged") }
            palette = Array(body.bytes)
        case "tRNS" where dataBytes > 0:
            break
        default:
            if chunks[name] == nil { chunks[name] = body }
        }
    }

    /// Adds a note unless it is there already.
    private mutating func addNote(_ note: PictureNote) {
        if !notes.contains(note) { notes.append(note) }
    }

    /// A `tRNS` chunk that does not fit the colour type is ignored.
    private func usableTransparency(_ part: UntrustedBytes?) -> [UInt8] {
        guard let part else { return [] }
        let isUsable =
            switch layout.colorType {
            case 0: part.count == 2
            case 2: part.count == 6
            case 3: (1...(palette.count / 3)).contains(part.count)
            default: false
            }
        return isUsable ? Array(part.bytes) : []
    }

    private static func checksum(_ part: UntrustedBytes) -> Int {
        Int(part.bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) })
    }
}

/// How the pixels of a PNG are laid out in its compressed rows: the `IHDR` chunk.
struct PNGLayout {
    /// The bit depths that are allowed with each colour type.
    private static let depths: [Int: Set<Int>] = [
        0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]

    let width: Int
    let height: Int
    /// Bits a sample: 1, 2, 4, 8 or 16.
    let depth: Int
    /// 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.
    let colorType: Int
    let isInterlaced: Bool

    /// Reads the 13 bytes of the chunk.
    init(_ head: UntrustedBytes) throws(PictureError) {
        let numbers = (0..<5).compactMap { head.number(at: 8 + $0, bytes: 1) }
        guard
            numbers.count == 5, let width = head.number(at: 0, bytes: 4),
            let height = head.number(at: 4, bytes: 4)
        else { throw .corrupt(reason: "its header is truncated") }
        guard
            PNGLayout.depths[numbers[1]]?.contains(numbers[0]) == true, numbers[2] == 0,
            numbers[3] == 0, numbers[4] <= 1
        else { throw .corrupt(reason: "its header combines values that PNG does not allow") }
        _ = try Picture.byteCount(width: width, height: height)
        self.width = width
        self.height = height
        depth = numbers[0]
        colorType = numbers[1]
        isInterlaced = numbers[4] == 1
    }

    var isGray: Bool { colorType == 0 || colorType == 4 }
    var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }
    /// The bytes of a full row without its filter byte.
    var rowBytes: Int { bytes(of: width) }

    /// The bytes of so many pixels of one row.
    func bytes(of pixels: Int) -> Int { (pixels * depth * channels + 7) / 8 }
}
